"""Who has an account can answer only what they were, or may have been, asked about."""

from dataclasses import replace

import pytest
from support import world
from support.site import new_user

from lamm_core.actors import Actor, Role
from lamm_core.errors import UnknownItem
from lamm_core.records import Action, Project
from lamm_core.workflow.acts import Act
from lamm_core.workflow.annotators import set_languages
from lamm_core.workflow.labelling import claim, recent_acts, record
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.turns import take_turn
from lamm_core.workflow.workspace import Workspace


@pytest.fixture
def ben(workspace: Workspace, project: Project) -> Actor:
    """An annotator of the project who knows Swahili alone, as an actor."""
    new_user(workspace, "ada", is_admin=True)
    actor = new_user(workspace, "ben").user.actor()
    assert actor.annotator_id is not None
    set_languages(workspace, actor.annotator_id, ["sw"])
    return replace(actor, roles={project.id: Role.ANNOTATOR})


def _ids(workspace: Workspace, project: Project, language: str, split: str) -> list[int]:
    stored = world.stored_items(workspace, project).values()
    return [each.id for each in stored if each.external_id.startswith(f"{split}-{language}-")]


def _skip_all(workspace: Workspace, project: Project, ben: Actor, ids: list[int]) -> list[int]:
    """Ids of those that were taken."""
    annotator = ben.annotator_id or 0
    turn = take_turn(
        workspace.acting_as(ben), project, annotator, [Act(each, Action.SKIP) for each in ids], claims=False
    )
    return [each for each, outcome in zip(ids, turn.outcomes, strict=True) if not isinstance(outcome, UnknownItem)]


def test_before_a_batch_there_is_nothing_to_answer(workspace: Workspace, project: Project, ben: Actor) -> None:
    everything = [each.id for each in world.stored_items(workspace, project).values()]
    assert _skip_all(workspace, project, ben, everything) == []
    assert recent_acts(workspace.acting_as(ben), project, ben.annotator_id or 0) == []
    stored = world.stored_items(workspace, project).values()
    assert {each.state for each in stored if each.external_id.startswith("pool")} == {"unlabelled"}


def test_of_a_batch_only_texts_in_known_languages_are_there(workspace: Workspace, project: Project, ben: Actor) -> None:
    run_round(workspace, project)
    queued = {row.item_id for row in world.queue_rows(workspace, project)}
    swahili = queued & set(_ids(workspace, project, "sw", "pool"))
    assert swahili
    assert queued - swahili
    assert set(_skip_all(workspace, project, ben, sorted(queued))) == swahili


def test_what_was_held_counts_however_late_it_comes(workspace: Workspace, project: Project, ben: Actor) -> None:
    run_round(workspace, project)
    mine, annotator = workspace.acting_as(ben), ben.annotator_id or 0
    lease = claim(mine, project, annotator, 1)[0]
    set_languages(workspace, annotator, ["en"])
    receipt = record(mine, project, annotator, Act(lease.item_id, Action.LABEL, lease.revision, "pen"))
    assert receipt.class_name == "pen"
    # And what they answered once they may change.
    assert record(mine, project, annotator, Act(lease.item_id, Action.UNDO)).revision == 2


def test_gold_items_are_there_in_their_own_order_and_number(workspace: Workspace, ben: Actor) -> None:
    rows = world.ROWS.assign(split=world.ROWS["split"].replace("check", "gold"))
    project = world.make_project(workspace, rows=rows, name="gold", gold_count=3)
    ben = replace(ben, roles={project.id: Role.ANNOTATOR})
    gold = _ids(workspace, project, "sw", "check")
    asked = [each.item_id for each in claim(workspace.acting_as(ben), project, ben.annotator_id or 0, 10)]
    assert len(asked) == 3
    assert set(_skip_all(workspace, project, ben, [each for each in gold if each not in asked])) == set()
    assert _skip_all(workspace, project, ben, asked) == asked
