"""Items that several annotators label: each of them once, by different people, and without keeping anybody waiting."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import numpy as np
import pytest
from support import workers, world

from lamm_core.errors import InvalidProject
from lamm_core.records import ItemState, Lease, Project, Purpose
from lamm_core.storage import agreement
from lamm_core.workflow import automatic, labelling
from lamm_core.workflow.projects import check_settings
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.suggestions import draw_overlap
from lamm_core.workflow.workspace import Workspace

BUDGET = 6


@pytest.fixture
def shared(workspace: Workspace) -> Project:
    """The small project with a first batch of six, each of which two annotators label."""
    project = world.make_project(workspace, budget=BUDGET, overlap_share=1.0)
    run_round(workspace, project)
    return project


def ids_of(leases: list[Lease]) -> list[int]:
    return [each.item_id for each in leases]


def label_all(workspace: Workspace, project: Project, annotator_id: int, class_name: str = "pen") -> list[int]:
    done = []
    while leases := labelling.claim(workspace, project, annotator_id, 4):
        for lease in leases:
            labelling.submit(workspace, project, annotator_id, lease.item_id, class_name, lease.revision)
            done.append(lease.item_id)
    return done


# what a round queues


def test_a_share_of_the_batch_is_queued_for_several_annotators(workspace: Workspace) -> None:
    project = world.make_project(workspace, budget=20, overlap_share=0.25, overlap_count=3)
    plain = world.make_project(workspace, budget=20, name="plain")
    run_round(workspace, project)
    run_round(workspace, plain)
    rows = world.queue_rows(workspace, project)
    copies = Counter(row.item_id for row in rows)
    assert sorted(Counter(copies.values()).items()) == [(1, 15), (3, 5)]
    assert all(sorted(row.copy for row in rows if row.item_id == each) == [*range(copies[each])] for each in copies)
    texts = {each.id: each.external_id for each in world.stored_items(workspace, project).values()}
    others = {each.id: each.external_id for each in world.stored_items(workspace, plain).values()}
    in_order = list(dict.fromkeys(texts[row.item_id] for row in rows))
    assert in_order == [others[row.item_id] for row in world.queue_rows(workspace, plain)]
    assert labelling.batch_progress(workspace, project).size == 20


def test_check_items_are_shared_like_the_others(workspace: Workspace) -> None:
    rows = world.ROWS[world.ROWS["split"] == "pool"]
    project = world.make_project(workspace, rows=rows, budget=20, check_share=0.5, overlap_share=1.0)
    run_round(workspace, project)
    stored = world.stored_items(workspace, project)
    purposes = Counter(stored[row.item_id].purpose for row in world.queue_rows(workspace, project))
    assert purposes[Purpose.POOL] == 40
    assert purposes[Purpose.CHECK] >= 10
    assert purposes[Purpose.CHECK] % 2 == 0


def test_small_batches_have_the_share_in_the_long_run() -> None:
    rng = np.random.default_rng(1)
    drawn = [len(draw_overlap(4, 0.1, rng)) for _ in range(2_000)]
    assert set(drawn) == {0, 1}
    assert np.mean(drawn) == pytest.approx(0.4, abs=0.05)


@pytest.mark.parametrize(
    ("changes", "word"), [({"overlap_share": 1.1}, "share"), ({"overlap_count": 1}, "annotators"),
                          ({"overlap_share": float("nan")}, "share"), ({"overlap_count": 11}, "annotators")]
)  # fmt: skip
def test_an_overlap_that_cannot_be_is_refused(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidProject, match=word):
        check_settings(world.settings_of(**changes))


# who gets what


def test_each_of_two_annotators_gets_every_shared_item_once(
    workspace: Workspace, shared: Project, ana: int, ben: int
) -> None:
    of_ana = ids_of(labelling.claim(workspace, shared, ana, 100))
    of_ben = ids_of(labelling.claim(workspace, shared, ben, 100))
    assert len(of_ana) == len(set(of_ana)) == BUDGET
    assert of_ben == of_ana
    cleo = world.ensure_annotator(workspace, "Cleo")
    assert labelling.claim(workspace, shared, cleo, 100) == []
    assert ids_of(labelling.claim(workspace, shared, ben, 100)) == of_ben


@pytest.mark.parametrize("action", ["label", "skip"])
def test_who_has_done_an_item_does_not_get_another_copy(
    workspace: Workspace, shared: Project, ana: int, action: str
) -> None:
    (lease,) = labelling.claim(workspace, shared, ana)
    if action == "label":
        labelling.submit(workspace, shared, ana, lease.item_id, "pen", lease.revision)
    else:
        labelling.skip(workspace, shared, ana, lease.item_id, lease.revision)
    assert lease.item_id not in ids_of(labelling.claim(workspace, shared, ana, 100))


def test_two_windows_of_one_annotator_never_hold_two_copies(workspace: Workspace, shared: Project, ana: int) -> None:
    barrier = Barrier(8)

    def act(_: int) -> list[int]:
        barrier.wait()
        return ids_of(labelling.claim(workspace, shared, ana, 3))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(act, range(8)))
    held = [row.item_id for row in world.queue_rows(workspace, shared) if row.annotator_id == ana]
    assert len(held) == len(set(held)) == 3


def leave_one_open(workspace: Workspace, project: Project) -> int:
    """Close all of the batch but both copies of its last item, and return that."""
    cleaner = world.ensure_annotator(workspace, "Cleaner")
    second = world.ensure_annotator(workspace, "Second")
    for each in (cleaner, second):
        leases = labelling.claim(workspace, project, each, BUDGET)
        for lease in leases[:-1]:
            labelling.submit(workspace, project, each, lease.item_id, "pen", lease.revision)
        labelling.release(workspace, project, each)
    return leases[-1].item_id


def test_forty_threads_claim_an_item_for_two_and_two_get_it(workspace: Workspace, shared: Project) -> None:
    last = leave_one_open(workspace, shared)
    annotators = [world.ensure_annotator(workspace, f"annotator {n}") for n in range(40)]
    barrier = Barrier(40)

    def act(annotator_id: int) -> list[int]:
        barrier.wait()
        return ids_of(labelling.claim(workspace, shared, annotator_id))

    with ThreadPoolExecutor(40) as threads:
        found = list(threads.map(act, annotators))
    assert sorted(found) == [[]] * 38 + [[last]] * 2


def test_forty_claimers_in_several_processes_claim_an_item_for_two_and_two_get_it(
    workspace: Workspace, shared: Project, together: Callable[..., list[Any]]
) -> None:
    last = leave_one_open(workspace, shared)
    names = [[f"{worker}-{n}" for n in range(10)] for worker in range(workers.WORKERS)]
    found = together(workers.claim_together, [(workspace.settings, shared, each) for each in names])
    assert [item_id for pairs in found for _, item_id in pairs] == [last, last]


def test_several_processes_label_a_shared_batch_and_each_item_is_labelled_by_two(
    workspace: Workspace, shared: Project, together: Callable[..., list[Any]]
) -> None:
    calls = [(workspace.settings, shared, f"annotator {n}") for n in range(workers.WORKERS)]
    done = [item_id for each in together(workers.label_all_together, calls) for item_id in each]
    assert set(Counter(done).values()) == {2}
    acts = [(act[0], act[1]) for act in world.history(workspace, shared) if act[1] is not None]
    assert len(acts) == len(set(acts)) == 2 * BUDGET


# what a label does


def test_a_label_closes_the_own_copy_alone(workspace: Workspace, shared: Project, ana: int, ben: int) -> None:
    (lease,) = labelling.claim(workspace, shared, ana)
    (other,) = labelling.claim(workspace, shared, ben)
    assert other.item_id == lease.item_id
    labelling.submit(workspace, shared, ana, lease.item_id, "pen", lease.revision)
    assert ids_of(labelling.claim(workspace, shared, ben)) == [lease.item_id]
    receipt = labelling.submit(workspace, shared, ben, lease.item_id, "ink", other.revision)
    assert receipt.second_opinion
    stored = world.stored_items(workspace, shared)[lease.item_id]
    assert (stored.state, stored.class_name) == (ItemState.LABELLED, "pen")
    with workspace.database.read() as connection:
        opinions = agreement.read_opinions(connection, shared.id, lease.language)
    assert [(each.annotator, each.class_name) for each in opinions] == [("Ana", "pen"), ("Ben", "ink")]


def test_a_changed_label_leaves_the_copy_of_others_open(
    workspace: Workspace, shared: Project, ana: int, ben: int
) -> None:
    (lease,) = labelling.claim(workspace, shared, ana)
    labelling.submit(workspace, shared, ana, lease.item_id, "pen")
    labelling.submit(workspace, shared, ana, lease.item_id, "ink")
    assert ids_of(labelling.claim(workspace, shared, ben)) == [lease.item_id]


def test_a_late_label_takes_the_place_of_a_copy_that_is_free(
    workspace: Workspace, shared: Project, ana: int, ben: int
) -> None:
    (lease,) = labelling.claim(workspace, shared, ana)
    world.end_leases(workspace, shared)
    (taken,) = labelling.claim(workspace, shared, ben)
    assert taken.item_id == lease.item_id
    labelling.submit(workspace, shared, ana, lease.item_id, "pen", lease.revision)
    assert ids_of(labelling.claim(workspace, shared, ben)) == [lease.item_id]
    cleo = world.ensure_annotator(workspace, "Cleo")
    assert lease.item_id not in ids_of(labelling.claim(workspace, shared, cleo, 100))


def test_an_undo_gives_the_own_copy_back_beside_the_label_of_another(
    workspace: Workspace, shared: Project, ana: int, ben: int
) -> None:
    for each, class_name in ((ana, "pen"), (ben, "ink")):
        (lease,) = labelling.claim(workspace, shared, each)
        labelling.submit(workspace, shared, each, lease.item_id, class_name)
    labelling.undo(workspace, shared, ana)
    stored = world.stored_items(workspace, shared)[lease.item_id]
    assert (stored.state, stored.class_name) == (ItemState.LABELLED, "ink")
    assert ids_of(labelling.claim(workspace, shared, ana)) == [lease.item_id]
    assert lease.item_id not in ids_of(labelling.claim(workspace, shared, ben, 100))


# a team of one


def test_copies_for_others_do_not_keep_one_annotator_from_the_next_batch(
    workspace: Workspace, ana: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    monkeypatch.setattr(automatic, "start_round", lambda _, project: started.append(project.id))
    project = world.make_project(workspace, budget=BUDGET, overlap_share=1.0, automatic_rounds=True)
    run_round(workspace, project)
    assert len(label_all(workspace, project, ana)) == BUDGET
    progress = labelling.batch_progress(workspace, project)
    assert (progress.size, progress.closed, progress.open, progress.held) == (BUDGET, BUDGET, 0, 0)
    assert set(started) == {project.id}
    run_round(workspace, project)
    assert len(label_all(workspace, project, ana)) == BUDGET


def test_what_nobody_gave_a_second_opinion_on_is_withdrawn_two_rounds_later(
    workspace: Workspace, shared: Project, ana: int, ben: int
) -> None:
    first = label_all(workspace, shared, ana)
    (held,) = labelling.claim(workspace, shared, ben)
    run_round(workspace, shared)
    label_all(workspace, shared, ana)
    assert set(ids_of(labelling.claim(workspace, shared, ben, 100))) >= set(first)
    labelling.release(workspace, shared, ben)
    labelling.claim(workspace, shared, ben)
    run_round(workspace, shared)
    left = ids_of(labelling.claim(workspace, shared, ben, 100))
    assert [each for each in left if each in first] == [held.item_id], "what somebody holds stays"
    assert len(left) == 1 + 2 * BUDGET


def test_items_that_nobody_has_labelled_are_never_withdrawn(workspace: Workspace, shared: Project, ana: int) -> None:
    waiting = ids_of(labelling.claim(workspace, shared, ana, 100))
    labelling.release(workspace, shared, ana)
    for _ in range(3):
        run_round(workspace, shared)
    assert ids_of(labelling.claim(workspace, shared, ana, BUDGET)) == waiting
