"""Comments and flags go with an answer, and answers can be looked at and changed at any time."""

from pathlib import Path

import pandas as pd
import pytest
from support import world

from lamm_core.errors import InvalidInput, UnknownClass
from lamm_core.records import MAX_COMMENT, Action, Project
from lamm_core.storage import models
from lamm_core.workflow import automatic, labelling
from lamm_core.workflow.acts import Act
from lamm_core.workflow.exporting import export_labels, labels_table
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace


@pytest.fixture
def queued(workspace: Workspace, project: Project) -> Project:
    """The small project with a first batch of 20."""
    run_round(workspace, project)
    return project


def noted(workspace: Workspace, project: Project) -> list[tuple[str, str, bool]]:
    table = labels_table(workspace, project).dropna(subset=["annotator"])
    return [(row["class"], row["comment"], bool(row["flagged"])) for _, row in table.iterrows()]


def test_a_comment_and_a_flag_are_kept_with_the_label(workspace: Workspace, queued: Project, ana: int) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    act = Act(lease.item_id, Action.LABEL, 1, "pen", comment="  A pen? \u202bقلم\u202c  ", flagged=True)
    receipt = labelling.record(workspace, queued, ana, act)
    assert labelling.record(workspace, queued, ana, act).repeated
    assert receipt.revision == 1
    assert noted(workspace, queued) == [("pen", "A pen? \u202bقلم\u202c", True)]


@pytest.mark.parametrize("note", [{"comment": "no ink in it"}, {"flagged": True}])
def test_the_same_answer_with_another_note_is_a_further_revision(
    workspace: Workspace, queued: Project, ana: int, note: dict[str, object]
) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    labelling.record(workspace, queued, ana, Act(lease.item_id, Action.LABEL, 1, "pen"))
    noted_act = Act(lease.item_id, Action.LABEL, 1, "pen", **note)  # type: ignore[arg-type]
    second = labelling.record(workspace, queued, ana, noted_act)
    assert (second.revision, second.repeated) == (2, False)
    assert labelling.record(workspace, queued, ana, noted_act).repeated
    assert noted(workspace, queued) == [("pen", note.get("comment"), note.get("flagged", False))]


@pytest.mark.parametrize("comment", ["", "   ", None])
def test_an_empty_comment_is_none(workspace: Workspace, queued: Project, ana: int, comment: str | None) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    labelling.record(workspace, queued, ana, Act(lease.item_id, Action.LABEL, 1, "pen"))
    assert labelling.record(
        workspace, queued, ana, Act(lease.item_id, Action.LABEL, 1, "pen", comment=comment)
    ).repeated


@pytest.mark.parametrize(("comment", "words"), [("x" * (MAX_COMMENT + 1), "2,000.*2,001"), ("a\x00b", "NUL")])
def test_a_comment_that_cannot_be_kept_is_refused_in_one_sentence(
    workspace: Workspace, queued: Project, ana: int, comment: str, words: str
) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    before = world.history(workspace, queued)
    with pytest.raises(InvalidInput, match=words):
        labelling.record(workspace, queued, ana, Act(lease.item_id, Action.LABEL, 1, "pen", comment=comment))
    assert world.history(workspace, queued) == before
    longest = Act(lease.item_id, Action.LABEL, 1, "pen", comment="x" * MAX_COMMENT)
    assert labelling.record(workspace, queued, ana, longest).revision == 1


def test_a_skip_can_carry_a_note_too(workspace: Workspace, queued: Project, ana: int) -> None:
    (lease,) = labelling.claim(workspace, queued, ana)
    labelling.record(workspace, queued, ana, Act(lease.item_id, Action.SKIP, 1, comment="half a text", flagged=True))
    (recent,) = labelling.recent_acts(workspace, queued, ana)
    assert (recent.action, recent.class_name, recent.comment, recent.flagged) == ("skip", None, "half a text", True)


def test_a_suggestion_that_was_shown_is_exported(
    workspace: Workspace, queued: Project, ana: int, tmp_path: Path
) -> None:
    first, second = labelling.claim(workspace, queued, ana, 2)
    labelling.record(workspace, queued, ana, Act(first.item_id, Action.LABEL, 1, "pen", suggested="ink"))
    labelling.record(workspace, queued, ana, Act(second.item_id, Action.LABEL, 1, "pen"))
    with pytest.raises(UnknownClass, match="'stone'"):
        labelling.record(workspace, queued, ana, Act(second.item_id, Action.LABEL, 2, "pen", suggested="stone"))
    table = labels_table(workspace, queued).dropna(subset=["annotator"])
    assert table["suggested"].fillna("none").tolist() == ["ink", "none"]
    assert table["flagged"].tolist() == [False, False]
    for ending in ("csv", "jsonl", "parquet"):
        assert export_labels(workspace, queued, tmp_path / f"labels.{ending}") == len(labels_table(workspace, queued))
    assert pd.read_parquet(tmp_path / "labels.parquet")["suggested"].dropna().tolist() == ["ink"]


# answers to look at again


def test_recent_answers_come_newest_first_and_once_an_item(workspace: Workspace, queued: Project, ana: int) -> None:
    leases = labelling.claim(workspace, queued, ana, 4)
    for lease in leases:
        labelling.submit(workspace, queued, ana, lease.item_id, "pen", lease.revision)
    labelling.submit(workspace, queued, ana, leases[1].item_id, "ink", 2)
    labelling.skip(workspace, queued, ana, leases[0].item_id, 2)
    found = labelling.recent_acts(workspace, queued, ana)
    assert [each.item_id for each in found] == [leases[place].item_id for place in (0, 1, 3, 2)]
    assert [(each.action, each.class_name, each.revision) for each in found] == [
        ("skip", None, 2), ("label", "ink", 2), ("label", "pen", 1), ("label", "pen", 1),
    ]  # fmt: skip
    assert found[1].text == leases[1].text
    assert labelling.recent_acts(workspace, queued, ana, 2) == found[:2]
    with pytest.raises(InvalidInput, match="at least 1"):
        labelling.recent_acts(workspace, queued, ana, 0)


def test_an_answer_that_was_taken_back_is_no_recent_one(
    workspace: Workspace, queued: Project, ana: int, ben: int
) -> None:
    first, second = labelling.claim(workspace, queued, ana, 2)
    for lease in (first, second):
        labelling.submit(workspace, queued, ana, lease.item_id, "pen")
    labelling.undo(workspace, queued, ana)
    assert [each.item_id for each in labelling.recent_acts(workspace, queued, ana)] == [first.item_id]
    assert labelling.recent_acts(workspace, queued, ben) == []


def test_an_answer_changed_after_training_is_learnt_from_in_the_next_fit(
    workspace: Workspace, ana: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    monkeypatch.setattr(automatic, "start_round", lambda _, project: started.append(project.id))
    project = world.make_project(workspace, budget=200, automatic_rounds=True)
    run_round(workspace, project)
    for lease in labelling.claim(workspace, project, ana, 200):
        labelling.submit(workspace, project, ana, lease.item_id, world.TRUTH[lease.external_id])
    run_round(workspace, project)
    started.clear()
    *_, old = labelling.recent_acts(workspace, project, ana, 200)
    other = next(name for name in world.CLASSES if name != old.class_name)
    labelling.submit(workspace, project, ana, old.item_id, other, old.revision + 1)
    assert started == [project.id]
    before = trained_on(workspace, project)
    run_round(workspace, project)
    after = trained_on(workspace, project)
    assert (before[old.item_id], after[old.item_id]) == (old.class_name, other)
    assert {item_id for item_id in after if before[item_id] != after[item_id]} == {old.item_id}
    started.clear()
    assert automatic.start_round_if_due(workspace, project) is None


def trained_on(workspace: Workspace, project: Project) -> dict[int, str]:
    """Item id to class, as the newest model was fitted."""
    with workspace.database.read() as connection:
        version = models.latest_model(connection, project.id)
    assert version is not None
    kept = pd.read_csv((workspace.settings.models / version.file).with_suffix(".labels.csv"))
    return dict(zip(kept["item_id"], kept["class"], strict=True))
