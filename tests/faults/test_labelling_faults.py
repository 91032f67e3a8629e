"""What can go wrong around one answer: a kill before and after the commit, a full disk, a clock that jumps."""

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from support import workers, world

from lamm_core.errors import StorageUnavailable
from lamm_core.records import Action, ItemState, Project
from lamm_core.workflow import acts, labelling
from lamm_core.workflow.acts import Act
from lamm_core.workflow.exporting import labels_table
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace


@pytest.fixture
def queued(workspace: Workspace, project: Project) -> Project:
    """The small project with a first batch of 20."""
    run_round(workspace, project)
    return project


def acts_on(workspace: Workspace, project: Project, item_id: int) -> list[tuple[object, ...]]:
    return [act[1:] for act in world.history(workspace, project) if act[0] == item_id]


# killed


def kill_when_it_says_so(workspace: Workspace, where: str, item_id: int) -> None:
    """Label an item in another process, and kill that at the named moment of its work."""
    process = subprocess.Popen(
        [sys.executable, "-c", workers.LABEL_AND_STOP, "Ana", str(item_id), where],
        stdout=subprocess.PIPE,
        env=workspace.settings.environment(),
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == where
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize(("where", "stored"), [("before the commit", False), ("after the commit", True)])
def test_a_label_is_whole_or_absent_when_its_server_is_killed_and_sent_again_it_is_there_once(
    workspace: Workspace, queued: Project, ana: int, where: str, stored: bool
) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    kill_when_it_says_so(workspace, where, lease.item_id)
    expected = [("Ana", 1, "label", "pen")]
    assert acts_on(workspace, queued, lease.item_id) == (expected if stored else [])
    state = ItemState.LABELLED if stored else ItemState.QUEUED
    assert world.stored_items(workspace, queued)[lease.item_id].state == state
    assert labelling.batch_progress(workspace, queued).closed == int(stored)
    again = Act(lease.item_id, Action.LABEL, 1, "pen", comment="Is it?", flagged=True)
    receipt = labelling.record(workspace, queued, ana, again)
    assert (receipt.repeated, receipt.second_opinion) == (stored, False)
    assert acts_on(workspace, queued, lease.item_id) == expected
    assert labelling.batch_progress(workspace, queued).closed == 1


# the disk


def test_a_full_disk_refuses_a_label_in_one_sentence_and_takes_it_once_there_is_room(
    sqlite_workspace: Workspace,
) -> None:
    project = world.make_project(sqlite_workspace)
    run_round(sqlite_workspace, project)
    ana = world.ensure_annotator(sqlite_workspace, "Ana")
    leases = labelling.claim(sqlite_workspace, project, ana, 20)
    full = workers.opened(sqlite_workspace.settings)
    # A file that may not grow is what a full disk is to SQLite.
    event.listen(full.database.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1"))
    comment = "x" * acts.MAX_COMMENT
    taken: list[int] = []

    def label_until_refused() -> None:
        for lease in leases:
            labelling.record(full, project, ana, Act(lease.item_id, Action.LABEL, 1, "pen", comment=comment))
            taken.append(lease.item_id)

    with pytest.raises(StorageUnavailable, match="full") as caught:
        label_until_refused()
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    labelled = {row[0] for row in world.history(full, project) if row[1] == "Ana"}
    assert labelled == set(taken), "what was acknowledged is there, and what was refused is not"
    full.close()
    refused = leases[len(taken)]
    act = Act(refused.item_id, Action.LABEL, 1, "pen", comment=comment)
    assert not labelling.record(sqlite_workspace, project, ana, act).repeated
    assert labelling.batch_progress(sqlite_workspace, project).closed == len(taken) + 1


# leases and clocks


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Call it to move the clock of the program away from the true time."""

    def move(by: timedelta) -> None:
        for module in (acts, labelling):
            monkeypatch.setattr(module, "utc_now", lambda: datetime.now(UTC) + by)

    return move


def test_a_lease_that_ends_while_a_comment_is_typed_costs_nothing(
    workspace: Workspace, queued: Project, ana: int, clock: Callable[[timedelta], None]
) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    clock(timedelta(minutes=queued.settings.lease_minutes + 1))
    act = Act(lease.item_id, Action.LABEL, lease.revision, "pen", 2_000.0, "A long thought.", flagged=True)
    receipt = labelling.record(workspace, queued, ana, act)
    assert not receipt.second_opinion
    (row,) = labels_table(workspace, queued).dropna(subset=["annotator"]).to_dict("records")
    assert (row["class"], row["comment"], row["flagged"], row["deciding"]) == ("pen", "A long thought.", True, True)


def test_a_comment_typed_while_another_labelled_the_item_is_kept_as_a_second_opinion(
    workspace: Workspace, queued: Project, ana: int, ben: int, clock: Callable[[timedelta], None]
) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    clock(timedelta(minutes=queued.settings.lease_minutes + 1))
    (taken,) = labelling.claim(workspace, queued, ben)
    assert taken.item_id == lease.item_id
    labelling.submit(workspace, queued, ben, taken.item_id, "ink", taken.revision)
    act = Act(lease.item_id, Action.LABEL, lease.revision, "pen", comment="A long thought.")
    assert labelling.record(workspace, queued, ana, act).second_opinion
    rows = labels_table(workspace, queued).dropna(subset=["annotator"]).set_index("annotator")
    assert rows.loc["Ana", "comment"] == "A long thought."
    assert rows["deciding"].to_dict() == {"Ben": True, "Ana": False}


def test_a_clock_that_jumps_ahead_ends_leases_and_loses_no_label(
    workspace: Workspace, queued: Project, ana: int, ben: int, clock: Callable[[timedelta], None]
) -> None:
    held = labelling.claim(workspace, queued, ana, 3)
    clock(timedelta(days=400))
    taken = labelling.claim(workspace, queued, ben, 3)
    assert [each.item_id for each in taken] == [each.item_id for each in held]
    clock(timedelta())
    for lease in held:
        assert not labelling.submit(workspace, queued, ana, lease.item_id, "pen", lease.revision).repeated
    for lease in taken:
        receipt = labelling.submit(workspace, queued, ben, lease.item_id, "ink", lease.revision)
        assert receipt.second_opinion
    assert len(labels_table(workspace, queued).dropna(subset=["annotator"])) == 6


def test_a_clock_that_jumps_back_takes_no_item_from_who_holds_it(
    workspace: Workspace, queued: Project, ana: int, ben: int, clock: Callable[[timedelta], None]
) -> None:
    held = labelling.claim(workspace, queued, ana, 3)
    clock(-timedelta(days=400))
    assert not {each.item_id for each in held} & {each.item_id for each in labelling.claim(workspace, queued, ben, 20)}
    again = labelling.claim(workspace, queued, ana, 3)
    assert [each.item_id for each in again] == [each.item_id for each in held]
    for lease in again:
        labelling.submit(workspace, queued, ana, lease.item_id, "pen", lease.revision)
    clock(timedelta())
    # What was leased under the wrong time ended long ago by the right one: nothing stays held for ever.
    assert len(labelling.claim(workspace, queued, ana, 20)) == 17
