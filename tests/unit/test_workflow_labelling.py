"""Claim, label, skip, undo: nothing is handed out twice, nothing acknowledged is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from support import workers, world

from lamm_core.errors import InvalidInput, NothingToUndo, UnknownClass, UnknownItem
from lamm_core.records import Action, ItemState, Lease, Project
from lamm_core.workflow import labelling
from lamm_core.workflow.acts import Act
from lamm_core.workflow.exporting import labels_table
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace

BUDGET = 20


@pytest.fixture
def queued(workspace: Workspace, project: Project) -> Project:
    """The small project with a first batch of 20."""
    run_round(workspace, project)
    return project


def ids_of(leases: list[Lease]) -> list[int]:
    return [each.item_id for each in leases]


def queue_of(workspace: Workspace, project: Project) -> list[int]:
    return [row.item_id for row in world.queue_rows(workspace, project)]


def item_of(workspace: Workspace, project: Project, item_id: int) -> tuple[ItemState, str | None]:
    found = world.stored_items(workspace, project)[item_id]
    return found.state, found.class_name


# claim


def test_items_are_handed_out_in_the_order_of_the_batch(
    workspace: Workspace, queued: Project, ana: int, ben: int
) -> None:
    order = queue_of(workspace, queued)
    assert ids_of(labelling.claim(workspace, queued, ana, 3)) == order[:3]
    assert ids_of(labelling.claim(workspace, queued, ben, 2)) == order[3:5]


def test_what_an_annotator_holds_comes_first_and_counts(
    workspace: Workspace, queued: Project, ana: int, ben: int
) -> None:
    order = queue_of(workspace, queued)
    labelling.claim(workspace, queued, ben, 2)
    assert ids_of(labelling.claim(workspace, queued, ana, 2)) == order[2:4]
    labelling.release(workspace, queued, ben)
    assert ids_of(labelling.claim(workspace, queued, ana, 1)) == order[2:3]
    assert ids_of(labelling.claim(workspace, queued, ana, 2)) == order[2:4]
    assert ids_of(labelling.claim(workspace, queued, ana, 3)) == [order[0], *order[2:4]]


def test_a_lease_tells_what_an_annotator_needs(workspace: Workspace, queued: Project, ana: int) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    stored = world.stored_items(workspace, queued)[lease.item_id]
    assert (lease.external_id, lease.language) == (stored.external_id, stored.language)
    assert lease.text in set(world.ROWS["text"])
    assert (lease.revision, lease.round_number) == (1, 1)


@pytest.mark.parametrize("languages", [["de"], ["de", "sw"], ["fr"], []])
def test_only_the_languages_asked_for_are_handed_out(
    workspace: Workspace, queued: Project, ana: int, languages: list[str]
) -> None:
    wanted = [row.item_id for row in world.queue_rows(workspace, queued) if row.language in languages]
    assert ids_of(labelling.claim(workspace, queued, ana, 100, languages)) == wanted


@pytest.mark.parametrize("count", [0, -1])
def test_a_claim_of_nothing_is_refused(workspace: Workspace, queued: Project, ana: int, count: int) -> None:
    with pytest.raises(InvalidInput, match="at least 1"):
        labelling.claim(workspace, queued, ana, count)


def test_an_empty_queue_gives_no_leases(workspace: Workspace, project: Project, ana: int) -> None:
    assert labelling.claim(workspace, project, ana, 5) == []


def test_a_lease_that_ended_gives_the_item_back(workspace: Workspace, queued: Project, ana: int, ben: int) -> None:
    held = ids_of(labelling.claim(workspace, queued, ana, BUDGET))
    assert labelling.claim(workspace, queued, ben, 1) == []
    assert labelling.batch_progress(workspace, queued).held == BUDGET
    world.end_leases(workspace, queued)
    assert labelling.batch_progress(workspace, queued).held == 0
    assert ids_of(labelling.claim(workspace, queued, ben, 5)) == held[:5]
    assert ids_of(labelling.claim(workspace, queued, ana, BUDGET)) == held[5:]


def test_releasing_gives_everything_back(workspace: Workspace, queued: Project, ana: int, ben: int) -> None:
    labelling.claim(workspace, queued, ana, 7)
    assert labelling.release(workspace, queued, ana) == 7
    assert labelling.release(workspace, queued, ana) == 0
    assert len(labelling.claim(workspace, queued, ben, BUDGET)) == BUDGET


def leave_one_open(workspace: Workspace, project: Project) -> int:
    """Label all of the batch but the last item, and return that."""
    cleaner = world.ensure_annotator(workspace, "Cleaner")
    leases = labelling.claim(workspace, project, cleaner, BUDGET)
    for lease in leases[:-1]:
        labelling.submit(workspace, project, cleaner, lease.item_id, "pen", lease.revision)
    labelling.release(workspace, project, cleaner)
    return leases[-1].item_id


def test_forty_threads_claim_the_last_item_and_one_gets_it(workspace: Workspace, queued: Project) -> None:
    last = leave_one_open(workspace, queued)
    annotators = [world.ensure_annotator(workspace, f"annotator {n}") for n in range(40)]
    barrier = Barrier(40)

    def act(annotator_id: int) -> list[int]:
        barrier.wait()
        return ids_of(labelling.claim(workspace, queued, annotator_id))

    with ThreadPoolExecutor(40) as threads:
        found = list(threads.map(act, annotators))
    assert sorted(found) == [[]] * 39 + [[last]]


def test_forty_claimers_in_several_processes_claim_the_last_item_and_one_gets_it(
    workspace: Workspace, queued: Project, together: Callable[..., list[Any]]
) -> None:
    last = leave_one_open(workspace, queued)
    names = [[f"{worker}-{n}" for n in range(10)] for worker in range(workers.WORKERS)]
    found = together(workers.claim_together, [(workspace.settings, queued, each) for each in names])
    assert [item_id for pairs in found for _, item_id in pairs] == [last]


def test_many_claimers_empty_the_batch_and_nothing_is_handed_out_twice(
    workspace: Workspace, queued: Project, together: Callable[..., list[Any]]
) -> None:
    names = [[f"{worker}-{n}" for n in range(5)] for worker in range(workers.WORKERS)]
    found = together(workers.claim_together, [(workspace.settings, queued, each, 2) for each in names])
    handed_out = [item_id for pairs in found for _, item_id in pairs]
    assert len(handed_out) == len(set(handed_out))
    late = world.ensure_annotator(workspace, "late")
    rest = ids_of(labelling.claim(workspace, queued, late, BUDGET))
    assert sorted(handed_out + rest) == sorted(queue_of(workspace, queued))


def test_several_processes_label_a_whole_batch_and_each_item_once(
    workspace: Workspace, queued: Project, together: Callable[..., list[Any]]
) -> None:
    calls = [(workspace.settings, queued, f"annotator {n}") for n in range(workers.WORKERS)]
    done = [item_id for each in together(workers.label_all_together, calls) for item_id in each]
    assert sorted(done) == sorted(queue_of(workspace, queued))
    pool_labels = [act for act in world.history(workspace, queued) if act[1] is not None]
    assert sorted(act[0] for act in pool_labels) == sorted(done)
    progress = labelling.batch_progress(workspace, queued)
    assert (progress.size, progress.closed, progress.open, progress.held) == (BUDGET, BUDGET, 0, 0)


# submit


def test_a_label_closes_the_item_and_is_its_class(workspace: Workspace, queued: Project, ana: int) -> None:
    lease, *_ = labelling.claim(workspace, queued, ana, 2)
    receipt = labelling.submit(workspace, queued, ana, lease.item_id, "ink", lease.revision, 2.5)
    assert (receipt.revision, receipt.action, receipt.class_name) == (1, Action.LABEL, "ink")
    assert not receipt.repeated
    assert not receipt.second_opinion
    assert item_of(workspace, queued, lease.item_id) == (ItemState.LABELLED, "ink")
    progress = labelling.batch_progress(workspace, queued)
    assert (progress.round_number, progress.size, progress.closed, progress.open, progress.held) == (1, 20, 1, 19, 1)


def test_a_label_sent_again_after_a_lost_answer_is_stored_once(workspace: Workspace, queued: Project, ana: int) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    first = labelling.submit(workspace, queued, ana, lease.item_id, "ink", lease.revision)
    before = world.history(workspace, queued)
    for _ in range(3):
        again = labelling.submit(workspace, queued, ana, lease.item_id, "ink", lease.revision)
        assert again == replace(first, repeated=True)
    assert world.history(workspace, queued) == before


def test_one_revision_with_another_class_is_kept_as_a_further_one(
    workspace: Workspace, queued: Project, ana: int
) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    labelling.submit(workspace, queued, ana, lease.item_id, "ink", 1)
    second = labelling.submit(workspace, queued, ana, lease.item_id, "pen", 1)
    assert (second.revision, second.repeated) == (2, False)
    assert labelling.submit(workspace, queued, ana, lease.item_id, "pen", 1) == replace(second, repeated=True)
    assert item_of(workspace, queued, lease.item_id) == (ItemState.LABELLED, "pen")
    acts = [act[2:] for act in world.history(workspace, queued) if act[0] == lease.item_id]
    assert acts == [(1, "label", "ink"), (2, "label", "pen")]


def test_the_same_label_from_many_threads_is_stored_once(workspace: Workspace, queued: Project, ana: int) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    with ThreadPoolExecutor(8) as threads:
        receipts = list(
            threads.map(lambda _: labelling.submit(workspace, queued, ana, lease.item_id, "ink", 1), range(8))
        )
    assert sum(not each.repeated for each in receipts) == 1
    assert len([act for act in world.history(workspace, queued) if act[0] == lease.item_id]) == 1


def test_a_late_label_is_a_second_opinion_and_never_lost(
    workspace: Workspace, queued: Project, ana: int, ben: int
) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    world.end_leases(workspace, queued)
    (taken,) = labelling.claim(workspace, queued, ben)
    assert taken.item_id == lease.item_id
    labelling.submit(workspace, queued, ben, lease.item_id, "pen", taken.revision)
    late = labelling.submit(workspace, queued, ana, lease.item_id, "ink", lease.revision)
    assert late.second_opinion
    assert item_of(workspace, queued, lease.item_id) == (ItemState.LABELLED, "pen")
    table = labels_table(workspace, queued).dropna(subset=["annotator"])
    assert list(zip(table["annotator"], table["class"], table["deciding"], strict=True)) == [
        ("Ben", "pen", True),
        ("Ana", "ink", False),
    ]


def test_a_changed_label_goes_on_deciding_whatever_others_do_beside_it(
    workspace: Workspace, queued: Project, ana: int, ben: int
) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    labelling.submit(workspace, queued, ana, lease.item_id, "pen")
    labelling.submit(workspace, queued, ben, lease.item_id, "ink")
    labelling.submit(workspace, queued, ana, lease.item_id, "desk")
    cleo = world.ensure_annotator(workspace, "Cleo")
    labelling.submit(workspace, queued, cleo, lease.item_id, "paper")
    labelling.undo(workspace, queued, cleo)
    assert item_of(workspace, queued, lease.item_id) == (ItemState.LABELLED, "desk")
    labelling.skip(workspace, queued, cleo, lease.item_id)
    assert item_of(workspace, queued, lease.item_id) == (ItemState.LABELLED, "desk")
    labelling.undo(workspace, queued, ana)
    assert item_of(workspace, queued, lease.item_id) == (ItemState.LABELLED, "ink")


def test_an_imported_label_stands_before_a_human_one(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace, labels=5)
    labelled = next(each for each in world.stored_items(workspace, project).values() if each.state == "labelled")
    other = next(name for name in world.CLASSES if name != labelled.class_name)
    assert labelling.submit(workspace, project, ana, labelled.id, other).second_opinion
    assert item_of(workspace, project, labelled.id)[1] == labelled.class_name


def test_an_unknown_item_or_class_stores_nothing(workspace: Workspace, queued: Project, ana: int) -> None:
    other = world.make_project(workspace, name="other")
    foreign = next(iter(world.stored_items(workspace, other)))
    before = world.history(workspace, queued)
    for item_id in (10**9, -1, foreign):
        with pytest.raises(UnknownItem, match=str(item_id)):
            labelling.submit(workspace, queued, ana, item_id, "pen")
        with pytest.raises(UnknownItem):
            labelling.skip(workspace, queued, ana, item_id)
    (lease,) = labelling.claim(workspace, queued, ana)
    for class_name in ("Pen", "", "x" * 300):
        with pytest.raises(UnknownClass):
            labelling.submit(workspace, queued, ana, lease.item_id, class_name)
    assert world.history(workspace, queued) == before


# skip and undo


def test_a_skip_takes_the_item_out_of_the_batch(workspace: Workspace, queued: Project, ana: int, ben: int) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    receipt = labelling.skip(workspace, queued, ana, lease.item_id, lease.revision)
    assert labelling.skip(workspace, queued, ana, lease.item_id, lease.revision) == replace(receipt, repeated=True)
    assert item_of(workspace, queued, lease.item_id) == (ItemState.SKIPPED, None)
    assert lease.item_id not in ids_of(labelling.claim(workspace, queued, ben, BUDGET))
    assert labelling.batch_progress(workspace, queued).closed == 1


@pytest.mark.parametrize("action", [Action.LABEL, Action.SKIP])
def test_an_undo_gives_the_item_back_to_who_had_it(
    workspace: Workspace, queued: Project, ana: int, ben: int, action: Action
) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    labelling.record(workspace, queued, ana, Act(lease.item_id, action, 1, "pen" if action == "label" else None))
    receipt = labelling.undo(workspace, queued, ana)
    assert (receipt.item_id, receipt.revision, receipt.action) == (lease.item_id, 2, Action.UNDO)
    assert item_of(workspace, queued, lease.item_id) == (ItemState.QUEUED, None)
    assert lease.item_id not in ids_of(labelling.claim(workspace, queued, ben, 5))
    (again,) = labelling.claim(workspace, queued, ana)
    assert (again.item_id, again.revision) == (lease.item_id, 3)


def test_undo_of_undo_reaches_the_act_before(workspace: Workspace, queued: Project, ana: int) -> None:
    leases = labelling.claim(workspace, queued, ana, 3)
    labelling.submit(workspace, queued, ana, leases[0].item_id, "pen")
    labelling.skip(workspace, queued, ana, leases[1].item_id)
    labelling.submit(workspace, queued, ana, leases[2].item_id, "ink")
    undone = [labelling.undo(workspace, queued, ana).item_id for _ in range(3)]
    assert undone == ids_of(leases)[::-1]
    with pytest.raises(NothingToUndo, match="nothing left"):
        labelling.undo(workspace, queued, ana)
    assert labelling.batch_progress(workspace, queued).closed == 0
    assert len(world.history(workspace, queued)) == 90 + 6


def test_a_repeated_undo_takes_back_one_act(workspace: Workspace, queued: Project, ana: int) -> None:
    leases = labelling.claim(workspace, queued, ana, 2)
    for lease in leases:
        labelling.submit(workspace, queued, ana, lease.item_id, "pen", lease.revision)
    act = Act(leases[1].item_id, Action.UNDO, 2)
    assert not labelling.record(workspace, queued, ana, act).repeated
    assert labelling.record(workspace, queued, ana, act).repeated
    assert item_of(workspace, queued, leases[0].item_id)[0] == ItemState.LABELLED


def test_a_label_delayed_on_its_way_does_not_come_back_after_its_undo(
    workspace: Workspace, queued: Project, ana: int
) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    labelling.submit(workspace, queued, ana, lease.item_id, "pen", 1)
    labelling.undo(workspace, queued, ana)
    assert labelling.submit(workspace, queued, ana, lease.item_id, "pen", 1).repeated
    assert item_of(workspace, queued, lease.item_id)[0] == ItemState.QUEUED


def test_one_undoes_only_what_one_did_oneself(workspace: Workspace, queued: Project, ana: int, ben: int) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    labelling.submit(workspace, queued, ana, lease.item_id, "pen")
    with pytest.raises(NothingToUndo):
        labelling.undo(workspace, queued, ben)
    with pytest.raises(NothingToUndo, match=f"item {lease.item_id}"):
        labelling.record(workspace, queued, ben, Act(lease.item_id, Action.UNDO, 1))


def test_an_undo_leaves_the_second_opinion_standing(workspace: Workspace, queued: Project, ana: int, ben: int) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    labelling.submit(workspace, queued, ana, lease.item_id, "pen")
    labelling.submit(workspace, queued, ben, lease.item_id, "ink")
    labelling.undo(workspace, queued, ana)
    assert item_of(workspace, queued, lease.item_id) == (ItemState.LABELLED, "ink")
    labelling.undo(workspace, queued, ben)
    assert item_of(workspace, queued, lease.item_id) == (ItemState.QUEUED, None)


def test_an_undo_does_not_take_the_item_from_another_who_holds_it(
    workspace: Workspace, queued: Project, ana: int, ben: int
) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    labelling.skip(workspace, queued, ana, lease.item_id)
    labelling.skip(workspace, queued, ben, lease.item_id)
    labelling.undo(workspace, queued, ben)
    labelling.undo(workspace, queued, ana)
    (row,) = [row for row in world.queue_rows(workspace, queued) if row.item_id == lease.item_id]
    assert (row.annotator_id, row.closed_at) == (ben, None)
    assert item_of(workspace, queued, lease.item_id)[0] == ItemState.QUEUED


def test_an_item_that_no_batch_had_goes_back_to_the_pool(workspace: Workspace, project: Project, ana: int) -> None:
    item_id = next(each.id for each in world.stored_items(workspace, project).values() if each.purpose == "pool")
    labelling.submit(workspace, project, ana, item_id, "pen")
    labelling.undo(workspace, project, ana)
    assert item_of(workspace, project, item_id) == (ItemState.UNLABELLED, None)
