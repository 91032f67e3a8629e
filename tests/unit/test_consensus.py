"""Consensus: the class that counts for texts with labels of several people, alone and in rounds."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import insert, select
from support import world

from lamm_core.model.agreement import MISSING, Lack
from lamm_core.model.consensus import as_the_others, dawid_skene, majority, share_of_ones
from lamm_core.records import Consensus, Project, Purpose
from lamm_core.storage import items, models
from lamm_core.storage.tables import project_class
from lamm_core.storage.team_tables import review
from lamm_core.workflow import labelling
from lamm_core.workflow.consensus import Settled, settle
from lamm_core.workflow.projects import change_settings
from lamm_core.workflow.round_data import read_round_data
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace, utc_now

X = MISSING


def test_a_majority_wins_and_a_tie_goes_to_the_deciding_label_if_it_is_part_of_it() -> None:
    labels = np.array([[0, 1, 1], [2, 0, X], [1, 0, X], [2, 0, 1], [0, X, X]])
    found = majority(labels, np.array([0, 2, 1, 1, 0]))
    assert found.classes.tolist() == [1, 2, 1, 1, 0]
    assert found.confidence.tolist() == pytest.approx([2 / 3, 1 / 2, 1 / 2, 1 / 3, 1])
    # Of three with two votes each, a fourth decides nothing.
    assert majority(np.array([[3, 2, 2, 1, 1]]), np.array([3])).classes.tolist() == [1]


def crowd(seed: int, units: int = 400, classes: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """True classes, and labels of two careful people and of three who take class 1 for class 0."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(classes, size=units)
    careful = np.where(rng.random((units, 2)) < 0.95, truth[:, None], rng.integers(classes, size=(units, 2)))
    confused = np.where(truth == 1, 0, truth)[:, None]
    mixed = np.where(rng.random((units, 3)) < 0.6, confused, rng.integers(classes, size=(units, 3)))
    return truth, np.concatenate([careful, mixed], axis=1)


def test_dawid_skene_hears_careful_people_over_many_who_are_not_and_says_the_same_every_time() -> None:
    truth, labels = crowd(1)
    first = labels[:, 0]
    by_number, by_model = majority(labels, first), dawid_skene(labels, first)
    assert by_model.rule is Consensus.DAWID_SKENE
    right = [(each.classes == truth).mean() for each in (by_number, by_model)]
    assert right[1] > right[0] + 0.05
    again = dawid_skene(labels, first)
    assert (again.classes == by_model.classes).all()
    assert (again.confidence == by_model.confidence).all()


@pytest.mark.parametrize("few", [np.s_[:25], np.s_[:, :2]], ids=["texts", "people"])
def test_dawid_skene_leaves_it_to_the_majority_where_there_are_too_few(few: slice, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "crowdkit.aggregation", None)
    labels = crowd(2)[1][few]
    assert dawid_skene(labels, labels[:, 0]).rule is Consensus.MAJORITY


def test_who_is_alone_or_stands_between_others_is_not_compared_with_them() -> None:
    labels = np.array([[0, 0, 1], [0, 1, X], [2, X, X], [0, 1, 1]])
    found = as_the_others(labels)
    assert found.tolist() == [[X, X, 0], [0, 0, X], [X, X, X], [0, X, X]]
    assert (share_of_ones(found[:, 0]).units, share_of_ones(found[:, 0]).estimate) == (2, 0)
    assert share_of_ones(found[2]).lack is Lack.NO_OVERLAP


def say(workspace: Workspace, project: Project, item_id: int, *classes: str) -> None:
    """The class that each of so many people gives, in turn."""
    for number, name in enumerate(classes):
        labelling.submit(workspace, project, world.ensure_annotator(workspace, f"P{number}"), item_id, name)


def some(workspace: Workspace, project: Project, purpose: str, count: int) -> list[int]:
    found = [each for each in world.stored_items(workspace, project).values() if each.purpose == purpose]
    return [each.id for each in found][:count]


def settled(workspace: Workspace, project: Project) -> Settled:
    with workspace.database.read() as connection:
        tables = [items.read_items(connection, project.id, each) for each in (Purpose.POOL, Purpose.CHECK)]
        return settle(connection, project, *tables)


def decide(workspace: Workspace, project: Project, item_id: int, class_name: str | None, seen: int) -> None:
    with workspace.database.write() as connection:
        ids = {row.name: row.id for row in connection.execute(select(project_class))}
        values = {"project_id": project.id, "item_id": item_id, "class_id": ids.get(class_name), "decision": "any"}
        person = world.ensure_annotator(workspace, "P0")
        connection.execute(
            insert(review).values(**values, annotator_id=person, newest_label_id=seen, created_at=utc_now())
        )


def test_texts_with_several_labels_that_stand_are_settled_and_no_others(workspace: Workspace) -> None:
    project = world.make_project(workspace)
    outvoted, tied, alone, taken_back = some(workspace, project, "pool", 4)
    imported = some(workspace, project, "check", 1)[0]
    (gold,) = world.add_gold(workspace, project, en=1)
    for item_id in (outvoted, imported, gold):
        say(workspace, project, item_id, "pen", "ink", "ink")
    say(workspace, project, tied, "pen", "ink")
    say(workspace, project, alone, "pen")
    say(workspace, project, taken_back, "pen", "ink")
    labelling.undo(workspace, project, world.ensure_annotator(workspace, "P1"))
    found = settled(workspace, project)
    assert found.classes == {outvoted: "ink", tied: "pen"}
    assert found.confidence == {outvoted: pytest.approx(2 / 3), tied: 0.5}


def test_a_decision_goes_before_the_consensus_until_somebody_labels_again(workspace: Workspace) -> None:
    project = world.make_project(workspace)
    item_id, alone, sent_back = some(workspace, project, "pool", 3)
    say(workspace, project, item_id, "pen", "ink", "ink")
    say(workspace, project, alone, "pen")
    say(workspace, project, sent_back, "pen", "pen")
    seen = max(each.label_id or 0 for each in world.stored_items(workspace, project).values()) + 2
    for each in (item_id, alone, sent_back):
        decide(workspace, project, each, "desk", seen)
    decide(workspace, project, sent_back, None, seen)
    assert settled(workspace, project).classes == {item_id: "desk", alone: "desk", sent_back: "pen"}
    say(workspace, project, item_id, "pen", "ink", "paper")
    assert settled(workspace, project).classes == {item_id: "pen", alone: "desk", sent_back: "pen"}


def test_a_round_without_shared_labels_reads_what_items_bear(sqlite_workspace: Workspace) -> None:
    project = world.make_project(sqlite_workspace, labels=40)
    data = read_round_data(sqlite_workspace, project)
    with sqlite_workspace.database.read() as connection:
        pool = items.read_items(connection, project.id, Purpose.POOL)
    assert data.settled == Settled()
    assert (data.pool.classes == pool.classes).all()


def test_a_round_learns_and_measures_by_consensus_and_anew_after_a_change_of_the_rule(
    sqlite_workspace: Workspace,
) -> None:
    workspace, rows = sqlite_workspace, world.ROWS[world.ROWS["split"] == "pool"]
    project = world.make_project(workspace, labels=60, rows=rows, check_share=0.2)
    run_round(workspace, project)
    stored = [each for each in world.stored_items(workspace, project).values() if each.class_name is None]
    pool, check = ([each for each in stored if each.purpose == purpose] for purpose in ("pool", "check"))
    chosen = [*pool[:50], *check[:20]]
    rng = np.random.default_rng(0)
    for each in chosen:
        truth = world.TRUTH[each.external_id]
        lost = [str(rng.choice(world.CLASSES)) if rng.random() < 0.4 else "pen" if truth == "ink" else truth] * 2
        say(workspace, project, each.id, *lost, "pen" if truth == "ink" else truth, truth, truth)
    run_round(workspace, project)
    data = read_round_data(workspace, project)
    bears = {
        item_id: class_name
        for table in (data.pool, data.check)
        for item_id, class_name in zip(table.ids.tolist(), table.classes.tolist(), strict=True)
    }
    # What nearly repeats a check text is learnt from as little as ever.
    used = {item_id: name for item_id, name in data.settled.agreed.items() if item_id in bears}
    assert len(used) > len(chosen) / 2
    assert used == {item_id: bears[item_id] for item_id in used}
    assert len(data.check)
    assert len(data.settled.agreed) == len(chosen)
    project = change_settings(workspace, project, replace(project.settings, consensus=Consensus.DAWID_SKENE))
    run_round(workspace, project)
    with workspace.database.read() as connection:
        _, first, second = models.list_models(connection, project.id)
    assert (first.settings["consensus"], second.settings["consensus"]) == ("majority", "dawid-skene")
    assert first.settings["shared"] == second.settings["shared"] == len(chosen)
    assert first.data_key != second.data_key
