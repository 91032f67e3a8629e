"""What needs a look, what reviewers decide, and what becomes of it in queue, training and export."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from sqlalchemy import select
from support import world
from typer.testing import CliRunner

from lamm_core.actors import Actor, Role
from lamm_core.cli import app
from lamm_core.errors import AlreadyReviewed, InvalidInput, NotAllowed, NothingToUndo, UnknownClass, UnknownItem
from lamm_core.records import Action, Project
from lamm_core.reviewing import Decision, Reason, ReviewFilter, ReviewItem
from lamm_core.settings import HOME_VARIABLE
from lamm_core.storage import suspects
from lamm_core.storage.team_tables import audit_event, review
from lamm_core.workflow import labelling, remarks
from lamm_core.workflow.exporting import labels_table
from lamm_core.workflow.labelling import Act, claim, record
from lamm_core.workflow.review import (
    accept,
    change,
    count_reasons,
    needing_review,
    review_item,
    send_back,
    undo_decision,
)
from lamm_core.workflow.round_data import read_round_data
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace


@pytest.fixture
def batch(workspace: Workspace, project: Project) -> Project:
    """The small project with its first batch, and no gold items asked."""
    run_round(workspace, project)
    return project


@pytest.fixture
def rea(workspace: Workspace) -> int:
    """A reviewer."""
    return world.ensure_annotator(workspace, "Rea")


def label(
    workspace: Workspace, project: Project, annotator: int, item_id: int, name: str = "pen", **more: object
) -> None:
    record(workspace, project, annotator, Act(item_id, Action.LABEL, class_name=name, **more))  # type: ignore[arg-type]


def listed(workspace: Workspace, project: Project, **wanted: object) -> list[int]:
    found = needing_review(workspace, project, ReviewFilter(**wanted))  # type: ignore[arg-type]
    assert found.total == len(found.entries)
    return [each.item_id for each in found.entries]


def look(workspace: Workspace, project: Project, item_id: int) -> ReviewItem:
    return review_item(workspace, project, item_id)


def class_of(workspace: Workspace, project: Project, item_id: int) -> str | None:
    return world.stored_items(workspace, project)[item_id].class_name


def test_each_reason_lists_its_items_and_filters_narrow_them(
    workspace: Workspace, batch: Project, ana: int, ben: int
) -> None:
    flagged, commented, split, edited, plain = (each.item_id for each in claim(workspace, batch, ana, 5))
    label(workspace, batch, ana, flagged, flagged=True)
    label(workspace, batch, ana, commented, comment="Is it?")
    label(workspace, batch, ana, split, "pen")
    label(workspace, batch, ben, split, "ink")
    label(workspace, batch, ana, edited, "pen", flagged=True)
    label(workspace, batch, ana, edited, "ink")  # without the flag, and no disagreement with oneself
    label(workspace, batch, ana, plain)
    deciding = world.stored_items(workspace, batch)[plain].label_id
    with workspace.database.write() as connection:
        found = [suspects.Suspect(plain, deciding or 0, "pen", "desk", 0.1)]
        ids = {name: number for number, name in enumerate(batch.settings.classes, 1)}
        suspects.replace_suspects(connection, batch.id, 1, found, ids)
    assert listed(workspace, batch) == [plain, split, commented, flagged]
    assert listed(workspace, batch, reason=Reason.FLAGGED) == [flagged]
    assert listed(workspace, batch, reason=Reason.COMMENTED) == [commented]
    assert listed(workspace, batch, reason=Reason.DISAGREEMENT) == [split]
    assert listed(workspace, batch, reason=Reason.LIKELY_ERROR) == [plain]
    assert look(workspace, batch, plain).likelier == "desk"
    assert listed(workspace, batch, annotator="Ben") == [split]
    assert listed(workspace, batch, class_name="ink") == []
    by_language = [each for name in batch.languages for each in listed(workspace, batch, language=name)]
    assert sorted(by_language) == sorted([plain, split, commented, flagged])
    page = needing_review(workspace, batch, limit=2, offset=1)
    assert ([each.item_id for each in page.entries], page.total) == ([split, commented], 4)
    assert needing_review(workspace, batch, offset=9).total == 4
    assert count_reasons(workspace, batch)[Reason.FLAGGED] == 1
    label(workspace, batch, ana, plain, "desk")  # what was suspected decides no more
    assert listed(workspace, batch, reason=Reason.LIKELY_ERROR) == []


def test_a_changed_class_is_trained_on_and_exported_while_labels_stay(
    workspace: Workspace, batch: Project, ana: int, rea: int
) -> None:
    item_id = claim(workspace, batch, ana)[0].item_id
    label(workspace, batch, ana, item_id, "pen", flagged=True)
    before = world.history(workspace, batch)
    after = change(workspace, batch, rea, item_id, look(workspace, batch, item_id).seen, "ink")
    assert (after.class_name, after.is_settled, listed(workspace, batch)) == ("ink", True, [])
    assert world.history(workspace, batch) == before
    data = read_round_data(workspace, batch)
    assert data.pool.classes[data.pool.ids == item_id].tolist() == ["ink"]
    row = labels_table(workspace, batch).iloc[-1]
    assert (row["class"], row["final_class"], row["decision"], row["reviewer"]) == ("pen", "ink", "change", "Rea")
    undone = undo_decision(workspace, batch, rea, item_id, after.seen)
    assert (undone.class_name, undone.is_settled, listed(workspace, batch)) == ("pen", False, [item_id])
    with pytest.raises(NothingToUndo):
        undo_decision(workspace, batch, rea, item_id, undone.seen)
    row = labels_table(workspace, batch).iloc[-1]
    assert (row["class"], row["final_class"], pd.isna(row["decision"])) == ("pen", "pen", True)
    with workspace.database.read() as connection:
        stored = list(connection.execute(select(review.c.decision).order_by(review.c.id)).scalars())
        trail = connection.execute(select(audit_event).where(audit_event.c.action == "review")).all()
    assert stored == [Decision.CHANGE, Decision.UNDO]
    assert [each.details["decision"] for each in trail] == stored
    assert trail[0].details["item_id"] == item_id


def test_a_later_label_opens_the_question_again(
    workspace: Workspace, batch: Project, ana: int, ben: int, rea: int
) -> None:
    item_id = claim(workspace, batch, ana)[0].item_id
    label(workspace, batch, ana, item_id, "pen", flagged=True)
    change(workspace, batch, rea, item_id, look(workspace, batch, item_id).seen, "ink")
    label(workspace, batch, ben, item_id, "pen")
    assert class_of(workspace, batch, item_id) == "pen"
    assert listed(workspace, batch, reason=Reason.ANSWERED) == [item_id]
    accept(workspace, batch, rea, item_id, look(workspace, batch, item_id).seen)
    assert listed(workspace, batch) == []


def test_what_is_sent_back_comes_first_to_the_one_asked_and_to_nobody_else(
    workspace: Workspace, batch: Project, ana: int, ben: int, rea: int
) -> None:
    leases = claim(workspace, batch, ana, 3)
    item_id = leases[2].item_id
    label(workspace, batch, ana, item_id, "pen", flagged=True)
    seen = look(workspace, batch, item_id).seen
    sent = send_back(workspace, batch, rea, item_id, seen, ana, "Look at the size.")
    assert (listed(workspace, batch), listed(workspace, batch, reason=Reason.SENT_BACK)) == ([], [item_id])
    assert (sent.class_name, sent.review and sent.review.asked) == ("pen", "Ana")
    world.end_leases(workspace, batch)
    assert item_id not in [each.item_id for each in claim(workspace, batch, ben, 100)]
    again = claim(workspace, batch, ana, 1, languages=["xx"])
    assert [each.item_id for each in again] == [item_id]
    assert (again[0].sent_back, [each.text for each in again[0].remarks]) == (True, ["Look at the size."])
    progress = labelling.batch_progress(workspace, batch)
    label(workspace, batch, ben, item_id, "pen")  # somebody else's label does not answer for the one asked
    assert [each.item_id for each in claim(workspace, batch, ana)] == [item_id]
    label(workspace, batch, ana, item_id, "ink")
    assert labelling.batch_progress(workspace, batch) == progress
    assert item_id not in [each.item_id for each in claim(workspace, batch, ana, 3)]
    assert listed(workspace, batch, reason=Reason.ANSWERED) == [item_id]


def test_a_text_can_be_sent_to_somebody_else_and_called_back(
    workspace: Workspace, ana: int, ben: int, rea: int
) -> None:
    project = world.make_project(workspace, labels=40)  # labels of the import: no batch ever had these
    run_round(workspace, project)
    item_id = next(key for key, each in world.stored_items(workspace, project).items() if each.class_name)
    sent = send_back(workspace, project, rea, item_id, look(workspace, project, item_id).seen, ben)
    assert claim(workspace, project, ben)[0].item_id == item_id
    label(workspace, project, ben, item_id, "ink")
    with pytest.raises(AlreadyReviewed, match="answered again"):
        undo_decision(workspace, project, rea, item_id, sent.seen)
    sent = send_back(workspace, project, rea, item_id, look(workspace, project, item_id).seen, ana)
    assert claim(workspace, project, ana)[0].item_id == item_id
    undo_decision(workspace, project, rea, item_id, sent.seen)
    assert claim(workspace, project, ana)[0].item_id != item_id


def test_taking_an_answer_back_asks_again(workspace: Workspace, batch: Project, ana: int, rea: int) -> None:
    item_id = claim(workspace, batch, ana)[0].item_id
    label(workspace, batch, ana, item_id)
    send_back(workspace, batch, rea, item_id, look(workspace, batch, item_id).seen, ana)
    label(workspace, batch, ana, item_id, "ink")
    record(workspace, batch, ana, Act(item_id, Action.UNDO))
    assert [(each.item_id, each.sent_back) for each in claim(workspace, batch, ana)] == [(item_id, True)]


def test_of_two_reviewers_the_second_is_told(workspace: Workspace, batch: Project, ana: int, rea: int) -> None:
    item_id = claim(workspace, batch, ana)[0].item_id
    label(workspace, batch, ana, item_id, flagged=True)
    seen = look(workspace, batch, item_id).seen
    sol = world.ensure_annotator(workspace, "Sol")

    def decide(reviewer: int) -> str:
        try:
            return str(change(workspace, batch, reviewer, item_id, seen, "ink").class_name)
        except AlreadyReviewed as error:
            return str(error)

    with ThreadPoolExecutor(2) as threads:
        told = sorted(threads.map(decide, (rea, sol)))
    assert told[1] == "ink"
    assert told[0] in [f"{name} has decided about this text meanwhile; look again." for name in ("Rea", "Sol")]


def test_what_cannot_be_decided_is_refused_and_leaves_no_trace(
    workspace: Workspace, batch: Project, ana: int, rea: int
) -> None:
    skipped, unanswered = (each.item_id for each in claim(workspace, batch, ana, 2))
    record(workspace, batch, ana, Act(skipped, Action.SKIP, comment="Cut off"))
    gold = world.add_gold(workspace, batch, en=1)[0]
    with pytest.raises(UnknownItem):
        look(workspace, batch, gold)
    seen = look(workspace, batch, skipped).seen
    with pytest.raises(InvalidInput, match="send it back"):
        change(workspace, batch, rea, skipped, seen, "ink")
    with pytest.raises(UnknownClass):
        change(workspace, batch, rea, skipped, seen, "no such")
    with pytest.raises(InvalidInput, match="Nobody has answered"):
        accept(workspace, batch, rea, unanswered, look(workspace, batch, unanswered).seen)
    with pytest.raises(InvalidInput, match="2,000"):
        send_back(workspace, batch, rea, skipped, seen, ana, "x" * 2001)
    assert look(workspace, batch, skipped).review is None
    assert accept(workspace, batch, rea, skipped, seen).is_settled  # rightly skipped
    assert listed(workspace, batch) == []


@pytest.fixture
def as_annotator(workspace: Workspace, batch: Project, ana: int) -> Iterator[Workspace]:
    """The data in the hands of Ana, who is an annotator of the project and no more."""
    return workspace.acting_as(Actor("Ana", 1, ana, roles={batch.id: Role.ANNOTATOR}))  # type: ignore[return-value]


def test_annotators_write_about_their_own_texts_and_review_nothing(
    workspace: Workspace, batch: Project, ana: int, ben: int, as_annotator: Workspace
) -> None:
    mine = claim(workspace, batch, ana)[0].item_id
    other = claim(workspace, batch, ben)[0].item_id
    label(workspace, batch, ana, mine, flagged=True)
    remarks.write_remark(as_annotator, batch, ana, mine, " I am not sure. ")
    for text in ("", "x" * 2001, "a\x00b"):
        with pytest.raises(InvalidInput):
            remarks.write_remark(as_annotator, batch, ana, mine, text)
    with pytest.raises(NotAllowed):
        remarks.write_remark(as_annotator, batch, ana, other, "Mine?")
    answers = remarks.my_answers(as_annotator, batch, ana, 10, flagged=True)
    assert [(each.act.item_id, [one.text for one in each.thread]) for each in answers] == [(mine, ["I am not sure."])]
    seen = look(workspace, batch, mine).seen
    for act in (accept, undo_decision):
        with pytest.raises(NotAllowed):
            act(as_annotator, batch, ana, mine, seen)
    manager = workspace.acting_as(Actor("Ben", 2, ben, roles={batch.id: Role.MANAGER}))
    with pytest.raises(NotAllowed):
        accept(manager, batch, ana, mine, seen)  # under the name of somebody else


def test_the_command_lists_what_needs_a_look(sqlite_workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    project = world.make_project(sqlite_workspace)
    run_round(sqlite_workspace, project)
    ana = world.ensure_annotator(sqlite_workspace, "Ana")
    item_id = claim(sqlite_workspace, project, ana)[0].item_id
    label(sqlite_workspace, project, ana, item_id, flagged=True)
    monkeypatch.setenv(HOME_VARIABLE, str(sqlite_workspace.settings.home))
    told = json.loads(CliRunner().invoke(app, ["review", "small", "--kind", "flagged", "--json"]).stdout)
    assert (told["total"], told["counts"]["flagged"], told["counts"]["disagreement"]) == (1, 1, 0)
    external_id = world.stored_items(sqlite_workspace, project)[item_id].external_id
    assert [(each["id"], each["class"], each["kinds"]) for each in told["items"]] == [(external_id, "pen", ["flagged"])]
    assert external_id in CliRunner().invoke(app, ["review", "small"]).stdout
    assert CliRunner().invoke(app, ["review", "small", "--kind", "sent-back"]).stdout.strip() == "Nothing needs a look."
