"""What the labelling card sends is stored where it belongs, whatever a browser may have kept."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import world

from lamm_core.clock import clock_time
from lamm_core.errors import InvalidInput
from lamm_core.records import Action, Lease, Project
from lamm_core.storage import rounds
from lamm_core.web.labelling import UnknownSession, answer
from lamm_core.web.outbox import parse_act, parse_message, session_name
from lamm_core.web.recent_projects import RecentProjects
from lamm_core.web.shown import shown_lease, why
from lamm_core.workflow.acts import Act
from lamm_core.workflow.projects import change_settings
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.running import begin_round
from lamm_core.workflow.workspace import Workspace, utc_now

_GOOD = {"key": "k", "item": 7, "revision": 1, "action": "label", "class": "pen", "seconds": 1.5}
_NOW = datetime(2026, 1, 5, tzinfo=UTC)

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def queued(workspace: Workspace, project: Project) -> Project:
    """The small project with a first batch of 20."""
    run_round(workspace, project)
    return project


@pytest.fixture
def ask(workspace: Workspace, queued: Project, ana: int) -> Ask:
    """Call it with parts of a message for what Ana's card is told."""
    recent = RecentProjects()

    def send(**parts: Any) -> dict[str, Any]:
        return answer(workspace, parse_message({"session": session_name(queued, ana)} | parts), recent)

    return send


def _act(item: dict[str, Any], class_name: str | None = "pen", action: str = "label", **more: Any) -> dict[str, Any]:
    act = {"item": item["id"], "revision": item["revision"], "action": action, "class": class_name, "seconds": 2.0}
    return act | {"key": f"{item['id']}:{item['revision']}:{action}:{class_name}"} | more


def _labels(workspace: Workspace, project: Project) -> list[tuple[Any, ...]]:
    return [(name, action, given) for _, name, _, action, given in world.history(workspace, project) if name]


# reading


def test_an_act_is_read_as_it_was_sent() -> None:
    assert parse_act(_GOOD) == Act(7, Action.LABEL, 1, "pen", 1.5)
    undo = {"item": 7, "revision": 2, "action": "undo", "class": None, "seconds": None}
    assert parse_act(undo) == Act(7, Action.UNDO, 2)
    remarks = {"comment": "x" * 2000, "flagged": True, "suggested": "ink"}
    assert parse_act(_GOOD | remarks) == Act(7, Action.LABEL, 1, "pen", 1.5, "x" * 2000, True, "ink")


@pytest.mark.parametrize(
    "damage",
    [
        {"item": None}, {"item": "x"}, {"item": 0}, {"item": 2**63}, {"item": True}, {"item": 1.5}, {"revision": None},
        {"revision": -1}, {"revision": 2**31}, {"action": "delete"}, {"action": None}, {"action": []}, {"class": 3},
        {"class": "a\x00"}, {"seconds": "1"}, {"seconds": float("nan")}, {"seconds": -1}, {"seconds": [1]},
        {"comment": 1}, {"comment": "x" * 2001}, {"comment": "\x00"}, {"comment": "half \ud83d"}, {"flagged": "yes"},
        {"flagged": None}, {"suggested": 1},
    ],
)  # fmt: skip
def test_a_damaged_act_is_refused_in_one_sentence(damage: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=r"cannot be read, and is left out\.$"):
        parse_act(_GOOD | damage)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
_FIELDS = st.sampled_from(["session", "acts", "claims", "wantsPast", "frame", "zone", "key", "item", "class"])


@given(_JSON | st.dictionaries(_FIELDS, _JSON) | st.fixed_dictionaries({"session": st.just("1/x/1"), "acts": _JSON}))
def test_whatever_is_sent_is_read_or_refused(sent: Any) -> None:
    with suppress(InvalidInput):
        assert all(isinstance(each.act, Act | InvalidInput) for each in parse_message(sent).acts)


@pytest.mark.parametrize("session", [None, 3, "", "1", "x/y/z", "1/x/-1", "1/x/²", f"{2**63}/x/1", "1/x/" + "9" * 5000])
def test_a_session_that_is_none_is_refused(session: Any) -> None:
    with pytest.raises(InvalidInput, match="no message of a labelling card"):
        parse_message({"session": session})


def test_more_acts_than_a_card_sends_are_refused() -> None:
    with pytest.raises(InvalidInput):
        parse_message({"session": "1/x/1", "acts": [_GOOD] * 1001})


# answering


def test_a_card_that_asks_is_given_texts_and_told_the_progress(ask: Ask) -> None:
    told = ask(claims=True, wantsPast=True)
    assert len(told["items"]) == 4, "a batch of 20 is nearly at its end, where few are held"
    assert told["progress"] == {"round": 1, "size": 20, "closed": 0}
    assert (told["stored"], told["problem"], told["recent"]) == ([], "", [])
    assert {1700 < each["seconds"] <= 1800 for each in told["items"]} == {True}
    assert ask()["items"] is None, "what is not asked for is not claimed"


def test_an_act_is_stored_before_it_is_acknowledged_and_repeated_changes_nothing(
    ask: Ask, workspace: Workspace, queued: Project
) -> None:
    first, second, *_ = ask(claims=True)["items"]
    sent = [_act(first), _act(second, None, "skip")]
    for _ in range(2):
        told = ask(acts=sent)
        assert told["stored"] == [each["key"] for each in sent]
        assert told["progress"]["closed"] == 2
        assert _labels(workspace, queued) == [("Ana", "label", "pen"), ("Ana", "skip", None)]


def test_what_can_never_be_stored_is_dropped_with_a_sentence_and_the_rest_is_stored(
    ask: Ask, workspace: Workspace, queued: Project
) -> None:
    first, second, *_ = ask(claims=True)["items"]
    damaged = {"key": "damaged", "item": "x"}
    stranger = _act({"id": 10**9, "revision": 1})
    told = ask(acts=[damaged, _act(first), _act(second, "no such class"), stranger, _act(second, "ink")])
    assert len(told["stored"]) == 5
    assert "no item 1000000000" in told["problem"]
    assert _labels(workspace, queued) == [("Ana", "label", "pen"), ("Ana", "label", "ink")]


def test_recent_answers_are_told_oldest_first_with_what_was_said_about_them(ask: Ask) -> None:
    first, second, *_ = ask(claims=True)["items"]
    ask(acts=[_act(first, flagged=True, comment="both?"), _act(second, "ink")])
    older, newer = ask(wantsPast=True)["recent"]
    assert (older["id"], older["class"], older["flagged"], older["comment"]) == (first["id"], "pen", True, "both?")
    assert (newer["id"], newer["class"], newer["flagged"], newer["comment"]) == (second["id"], "ink", False, "")


def test_an_empty_queue_says_why(ask: Ask) -> None:
    while items := (told := ask(claims=True, zone="UTC"))["items"]:
        ask(acts=[_act(each) for each in items])
    assert told["empty"] == "The next batch is prepared when somebody runs a round on the page Rounds."
    assert told["way"] == {"path": "/rounds", "words": "Go to Rounds"}


def test_a_failed_round_is_told_with_its_reason_and_a_running_one_with_how_far_it_is(
    workspace: Workspace, project: Project, ana: int
) -> None:
    recent = RecentProjects()

    def empty() -> str:
        message = parse_message({"session": session_name(project, ana), "claims": True})
        return str(answer(workspace, message, recent)["empty"])

    round_ = begin_round(workspace, project)
    with workspace.database.write() as connection:
        rounds.beat(connection, round_.id, round_.attempt, utc_now(), stage="embedding texts", progress=0.4)
    assert empty() == "The first batch is being prepared and appears here by itself (embedding texts, 40%)."
    with workspace.database.write() as connection:
        rounds.fail(connection, round_.id, round_.attempt, "The encoder is gone.", utc_now())
    assert empty() == (
        "The next batch could not be prepared. The encoder is gone. It can be tried again on the page Rounds."
    )


@pytest.mark.parametrize("feedback", [True, False])
def test_the_known_class_of_a_gold_item_is_told_where_the_manager_wants_it(
    workspace: Workspace, ana: int, feedback: bool
) -> None:
    project = world.make_project(workspace, name="gold", gold_count=1, gold_feedback=feedback)
    world.add_gold(workspace, project, en=1)
    recent = RecentProjects()

    def ask(**parts: Any) -> dict[str, Any]:
        return answer(workspace, parse_message({"session": session_name(project, ana)} | parts), recent)

    (item,) = ask(claims=True)["items"]
    assert item["why"] == ""
    for _ in range(2):
        lesson = ask(acts=[_act(item, "pen")])["lesson"]
        assert lesson == ({"item": item["id"], "given": "pen", "known": "ink"} if feedback else None)
    assert "ink" not in json.dumps(ask(wantsPast=True))


def test_changed_classes_reach_a_card_that_is_open(ask: Ask, workspace: Workspace, queued: Project) -> None:
    frame = ask(frame="another")["frame"]
    assert frame["classes"] == list(queued.settings.classes)
    assert "frame" not in ask(frame=frame["name"])
    change_settings(workspace, queued, replace(queued.settings, classes=(*queued.settings.classes, "new")))
    later = answer(
        workspace, parse_message({"session": session_name(queued, 1), "frame": frame["name"]}), RecentProjects()
    )
    assert later["frame"]["classes"][-1] == "new"


@pytest.mark.parametrize("part", ["project", "moment", "annotator"])
def test_an_act_of_other_data_stays_in_the_browser(
    ask: Ask, workspace: Workspace, queued: Project, ana: int, part: str
) -> None:
    first, *_ = ask(claims=True)["items"]
    moment = queued.created_at.isoformat()
    others = {
        "project": f"{queued.id + 1}/{moment}/{ana}",
        "moment": f"{queued.id}/{_NOW.isoformat()}/{ana}",
        "annotator": f"{queued.id}/{moment}/{ana + 1}",
    }
    with pytest.raises(UnknownSession):
        ask(session=others[part], acts=[_act(first)])
    assert _labels(workspace, queued) == []


def test_a_project_is_looked_up_again_after_a_second(workspace: Workspace, project: Project) -> None:
    time = [0.0]
    recent = RecentProjects(lambda: time[0])
    assert recent.find(workspace, project.id) == project
    changed = change_settings(workspace, project, replace(project.settings, guidelines="New."))
    assert recent.find(workspace, project.id) == project
    time[0] = 1.1
    assert recent.find(workspace, project.id) == changed
    assert recent.find(workspace, project.id + 1) is None


# words


def test_a_moment_is_told_by_the_readers_clock() -> None:
    moment, now = datetime(2026, 1, 5, 22, 30, tzinfo=UTC), datetime(2026, 1, 5, 22, 0, tzinfo=UTC)
    assert clock_time(moment, now, "America/New_York") == "17:30"
    assert clock_time(moment, now, "Asia/Kolkata") == "04:00"
    for unknown in (None, "", "Nowhere/At all", "../etc/passwd"):
        assert clock_time(moment, now, unknown) == "22:30 UTC"
    assert clock_time(moment, datetime(2026, 1, 4, tzinfo=UTC), "Europe/Paris") == "23:30 on 5 January"


def test_a_text_is_shown_with_the_time_that_is_left_of_its_lease() -> None:
    lease = Lease(1, "i1", "pl", "text", 1, 3, _NOW + timedelta(minutes=30))
    assert shown_lease(lease, _NOW)["seconds"] == 1800
    assert shown_lease(lease, _NOW + timedelta(hours=1))["seconds"] == 0


def test_why_a_text_was_chosen_is_told_with_the_figures_that_are_there() -> None:
    lease = Lease(1, "i1", "pl", "text", 1, 3, _NOW)
    assert why(lease) == "Round 3 chose it among the texts in Polish."
    assert why(replace(lease, weight=0.25)) == "Round 3 chose it: Polish has weight 0.25."
    both = replace(lease, weight=0.25, score=1.5)
    assert why(both) == "Round 3 chose it: Polish has weight 0.25 and the mean uncertainty of its texts is 1.50."
