"""Figures of annotators: what counts in them, who sees whose, and what the command line says."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import update
from support import world
from typer.testing import CliRunner

from lamm_core.actors import Actor, Role
from lamm_core.cli import app
from lamm_core.errors import NotAllowed
from lamm_core.model.agreement import Lack
from lamm_core.model.intervals import wilson
from lamm_core.records import Action, Project
from lamm_core.storage.tables import label
from lamm_core.workflow import labelling
from lamm_core.workflow.acts import Act
from lamm_core.workflow.annotator_figures import annotator_figures, own_figures
from lamm_core.workflow.workspace import Workspace, utc_now


def items_of(workspace: Workspace, project: Project, language: str) -> list[int]:
    stored = world.stored_items(workspace, project).values()
    return [each.id for each in stored if each.language == language and each.purpose == "pool"]


def test_labels_times_skips_flags_and_edits_are_counted_by_language(
    workspace: Workspace, project: Project, ana: int, ben: int
) -> None:
    english, german = (items_of(workspace, project, language) for language in ("en", "de"))
    (gold,) = world.add_gold(workspace, project, de=1)
    for item_id, seconds in zip(english[:4], (1.0, 2.0, 4.0, 900.0), strict=True):
        labelling.submit(workspace, project, ana, item_id, "pen", None, seconds)
    again = Act(english[0], Action.LABEL, class_name="ink", seconds=3.0, flagged=True)
    labelling.record(workspace, project, ana, again)
    labelling.submit(workspace, project, ana, english[1], "ink")
    labelling.undo(workspace, project, ana)
    labelling.skip(workspace, project, ana, german[0])
    labelling.submit(workspace, project, ana, german[1], "pen", None, 8.0)
    labelling.submit(workspace, project, ana, gold, "pen", None, 50.0)
    labelling.submit(workspace, project, ben, gold, "ink")
    found, other = annotator_figures(workspace, project)
    assert (found.annotator_id, found.annotator) == (ana, "Ana")
    whole, (first, second) = found.whole, found.languages
    assert (whole.labels, whole.skips, whole.flags, whole.edits) == (4, 1, 1, 2)
    assert (first.language, first.labels, first.skips, first.edits) == ("en", 3, 0, 2)
    assert (second.language, second.labels, second.skips, second.edits) == ("de", 1, 1, 0)
    # Five times in English, the longest of them counted as 300 seconds; gold items have no part in it.
    assert first.median_seconds == 3.0
    assert first.per_hour == pytest.approx(3600 * 5 / (1 + 2 + 4 + 300 + 3))
    assert whole.median_seconds == 3.5
    assert second.gold.estimate == 0
    assert second.gold.interval == wilson(0, 1)
    assert (other.annotator, other.whole.labels, other.whole.first) == ("Ben", 0, None)
    assert (other.whole.gold.estimate, other.whole.median_seconds, other.whole.per_hour) == (1, None, None)


def test_the_first_and_the_last_act_are_told(workspace: Workspace, project: Project, ana: int) -> None:
    items = items_of(workspace, project, "en")[:3]
    for item_id in items:
        labelling.submit(workspace, project, ana, item_id, "pen")
    now = utc_now()
    moments = [now - timedelta(days=3), now, now - timedelta(days=1)]
    with workspace.database.write() as connection:
        for item_id, moment in zip(items, moments, strict=True):
            connection.execute(update(label).where(label.c.item_id == item_id).values(created_at=moment))
    (found,) = annotator_figures(workspace, project)
    assert (found.whole.first, found.whole.last) == (moments[0], now)


def test_each_is_held_against_what_most_of_the_others_say(workspace: Workspace, project: Project) -> None:
    everybody = [world.ensure_annotator(workspace, name) for name in ("Ana", "Ben", "Cy")]
    english = items_of(workspace, project, "en")
    for item_id, classes in zip(english, ("ppi", "ppi", "ppp", "pi.", "p.."), strict=False):
        for annotator_id, letter in zip(everybody, classes, strict=True):
            if letter != ".":
                labelling.submit(workspace, project, annotator_id, item_id, {"p": "pen", "i": "ink"}[letter])
    found = {each.annotator: each.whole.with_consensus for each in annotator_figures(workspace, project)}
    # Where the two others are split, Ana and Ben are held against nothing.
    assert {name: (each.units, each.estimate) for name, each in found.items()} == {
        "Ana": (2, 0.5),
        "Ben": (2, 0.5),
        "Cy": (3, pytest.approx(1 / 3)),
    }
    assert found["Cy"].interval == wilson(1 / 3, 3)


def test_a_manager_sees_all_an_annotator_only_their_own(
    workspace: Workspace, project: Project, ana: int, ben: int
) -> None:
    item_id = items_of(workspace, project, "en")[0]
    assert own_figures(workspace, project, ana) is None
    for annotator_id in (ana, ben):
        labelling.submit(workspace, project, annotator_id, item_id, "pen")
    all_of_them = annotator_figures(workspace, project)
    as_ana = workspace.acting_as(Actor("Ana", 1, ana, roles={project.id: Role.ANNOTATOR}))
    assert own_figures(as_ana, project, ana) == all_of_them[0]
    with pytest.raises(NotAllowed):
        own_figures(as_ana, project, ben)
    with pytest.raises(NotAllowed):
        annotator_figures(as_ana, project)
    as_manager = workspace.acting_as(Actor("Ben", 2, ben, roles={project.id: Role.MANAGER}))
    assert annotator_figures(as_manager, project) == all_of_them


def test_the_command_line_tells_the_same(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace)
    home = str(sqlite_workspace.settings.home)
    command = ["--home", home, "annotator", "figures", project.name]
    assert CliRunner().invoke(app, command).output.strip() == "Nobody has labelled yet."
    ana = world.ensure_annotator(sqlite_workspace, "Ana")
    for language in ("en", "de"):
        item_id = items_of(sqlite_workspace, project, language)[0]
        labelling.submit(sqlite_workspace, project, ana, item_id, "pen", None, 2.0)
    shown = CliRunner().invoke(app, command).output
    assert "Ana" in shown
    record = json.loads(CliRunner().invoke(app, [*command, "--json"]).output)
    (entry,) = record["annotators"]
    assert (record["project"], entry["annotator"]) == (project.name, "Ana")
    assert [each["language"] for each in (entry["whole"], *entry["languages"])] == [None, "en", "de"]
    assert (entry["whole"]["labels"], entry["whole"]["per_hour"]) == (2, 1800)
    assert entry["whole"]["with_consensus"]["lack"] == Lack.NO_OVERLAP
    assert entry["whole"]["gold"] is None
