"""Suggestions: off unless wanted, never on check items, and withheld so that check items are not given away."""

from dataclasses import replace

import numpy as np
import pytest
from support import world

from lamm_core.records import Lease, Project, Purpose
from lamm_core.workflow import labelling
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import round_history
from lamm_core.workflow.suggestions import draw_withheld
from lamm_core.workflow.workspace import Workspace

POOL_ONLY = world.ROWS[world.ROWS["split"] == "pool"]


def second_batch(workspace: Workspace, ana: int, **changes: object) -> tuple[Project, list[Lease]]:
    """A project whose check set grows, with a batch that a model chose; all of it is held by Ana."""
    project = world.make_project(workspace, rows=POOL_ONLY, labels=0, budget=20, check_share=0.2, **changes)
    run_round(workspace, project)
    for lease in labelling.claim(workspace, project, ana, 100):
        assert (lease.suggestion, lease.score) == (None, None), "there is no model yet"
        labelling.submit(workspace, project, ana, lease.item_id, world.TRUTH[lease.external_id])
    run_round(workspace, project)
    return project, labelling.claim(workspace, project, ana, 100)


def test_there_are_no_suggestions_unless_the_manager_wants_them(workspace: Workspace, ana: int) -> None:
    project, leases = second_batch(workspace, ana)
    assert leases
    assert {each.suggestion for each in leases} == {None}
    assert {row.suggested_class_id for row in world.queue_rows(workspace, project)} == {None}


def test_pool_items_come_with_a_suggestion_and_check_items_never(workspace: Workspace, ana: int) -> None:
    project, leases = second_batch(workspace, ana, suggestions=True)
    stored = world.stored_items(workspace, project)
    check = [each for each in leases if stored[each.item_id].purpose == Purpose.CHECK]
    pool = [each for each in leases if stored[each.item_id].purpose == Purpose.POOL]
    assert check
    assert {each.suggestion for each in check} == {None}
    assert {each.suggestion for each in pool} <= {*world.CLASSES, None}
    assert sum(each.suggestion is None for each in pool) == max(len(check), 2)
    off = replace(project, settings=replace(project.settings, suggestions=False))
    assert {each.suggestion for each in labelling.claim(workspace, off, ana, 100)} == {None}


def test_the_suggestion_is_what_the_model_predicts(workspace: Workspace, ana: int) -> None:
    _, leases = second_batch(workspace, ana, suggestions=True)
    shown = [each for each in leases if each.suggestion]
    right = sum(each.suggestion == world.TRUTH[each.external_id] for each in shown)
    assert right / len(shown) > 1.5 / len(world.CLASSES), "a model of 24 labels is better than chance"


def test_what_several_label_comes_without_a_suggestion(workspace: Workspace, ana: int) -> None:
    project, leases = second_batch(workspace, ana, suggestions=True, overlap_share=0.3)
    newest = max(row.round_id for row in world.queue_rows(workspace, project))
    rows = [row for row in world.queue_rows(workspace, project) if row.round_id == newest]
    shared = {row.item_id for row in rows if row.copy > 0}
    assert shared
    assert {each.suggestion for each in leases if each.item_id in shared} == {None}


def test_a_check_item_looks_like_the_others(workspace: Workspace, ana: int) -> None:
    project, leases = second_batch(workspace, ana)
    stored, history = world.stored_items(workspace, project), round_history(workspace, project)
    figures = {each.language: each for each in history[-1].languages}
    for lease in leases:
        assert (lease.weight, lease.score) == (figures[lease.language].weight, figures[lease.language].score)
    purposes = {(each.language, stored[each.item_id].purpose) for each in leases}
    both = {language for language, _ in purposes if {(language, "pool"), (language, "check")} <= purposes}
    assert both, "otherwise this proves nothing"
    scores = {row.item_id: row.score for row in world.queue_rows(workspace, project)}
    for language in both:
        chosen = [scores[each.item_id] for each in leases if each.language == language and scores[each.item_id]]
        assert figures[language].score == pytest.approx(np.mean(chosen))
        assert figures[language].weight is not None


@pytest.mark.parametrize(("pool", "shared", "check_items", "withheld"), [
    (100, 0, 0, 10), (100, 0, 20, 20), (100, 30, 20, 30), (5, 0, 0, 1), (5, 0, 20, 5), (0, 0, 4, 0),
])  # fmt: skip
def test_a_tenth_and_as_many_as_there_are_check_items_are_withheld(
    pool: int, shared: int, check_items: int, withheld: int
) -> None:
    places = list(range(0, 2 * pool, 2))
    found = draw_withheld(places, set(places[:shared]) | {1, 3}, check_items, np.random.default_rng(1))
    assert len(found) == withheld
    assert set(places[:shared]) <= found <= set(places)
