"""Classes that are behind a target of their own are weighed as cells of their language."""

from dataclasses import replace
from typing import Any

import numpy as np
from support import world

from lamm_core.model.measuring import UNMEASURED
from lamm_core.records import RoundState
from lamm_core.selection import Selection
from lamm_core.storage import rounds
from lamm_core.workflow.cells import make_cells
from lamm_core.workflow.check_figures import CheckFigures
from lamm_core.workflow.round_data import read_round_data
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace


def figure(estimate: float) -> Any:
    return replace(UNMEASURED, estimate=estimate, checked=30)


def test_a_class_behind_its_target_is_a_cell_and_one_at_its_target_is_not(workspace: Workspace) -> None:
    targets = {("de", "ink"): 0.9, ("de", "pen"): 0.5}
    project = world.make_project(workspace, labels=60, class_targets=targets)
    data = read_round_data(workspace, project)
    predicted = np.resize(np.asarray(world.CLASSES), int(data.selectable.sum()))
    figures = CheckFigures(
        {language: figure(0.7) for language in world.TARGETS},
        {("de", "ink"): figure(0.4), ("de", "pen"): figure(0.6)},
        None,
    )
    cells = make_cells(project.settings, data, figures)
    languages = data.pool.languages[data.selectable]
    names = cells.names(languages, predicted)
    np.testing.assert_array_equal(names == "de\tink", (languages == "de") & (predicted == "ink"))
    assert set(names) == {"en", "de", "sw", "de\tink"}
    assert cells.targets == {**world.TARGETS, "de\tink": 0.9}
    assert cells.now.accuracy["de\tink"] == 0.4


def test_what_cells_weigh_and_got_is_told_by_language(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=60, class_targets={("de", "ink"): 0.9})
    data = read_round_data(workspace, project)
    figures = CheckFigures({}, {("de", "ink"): figure(0.4)}, None)
    cells = make_cells(project.settings, data, figures)
    chosen = Selection(
        indices=np.arange(5),
        quota={"de": 1, "de\tink": 3, "en": 1, "sw": 0},
        weights={"de": 0.2, "de\tink": 0.5, "en": 0.3, "sw": 0.0},
        scores=np.zeros(5),
        unmeasured=(),
        all_targets_met=False,
    )
    folded = cells.fold(chosen)
    assert folded.quota == {"en": 1, "de": 4, "sw": 0}
    assert folded.weights == {"en": 0.3, "de": 0.7, "sw": 0.0}


def test_a_class_far_behind_draws_the_batch_to_its_language(workspace: Workspace) -> None:
    """All languages are at their targets; only one class of one language is not."""
    easy = dict.fromkeys(world.TARGETS, 0.01)
    plain = world.make_project(workspace, labels=60, name="plain", targets=easy)
    class_target = {("sw", "ink"): 1.0}
    drawn = world.make_project(workspace, labels=60, name="drawn", targets=easy, class_targets=class_target)
    quotas = {}
    for project in (plain, drawn):
        done = run_round(workspace, project)
        assert done.state is RoundState.DONE
        with workspace.database.read() as connection:
            found = rounds.list_languages(connection, project.id, "accuracy")[done.id]
        quotas[project.name] = {each.language: each.quota for each in found}
    assert quotas["drawn"]["sw"] > quotas["plain"]["sw"]
    assert sum(quotas["drawn"].values()) == sum(quotas["plain"].values()) == 20
