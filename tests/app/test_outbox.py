"""What the labelling card sends is stored where it belongs, whatever a browser may have kept."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from support import world

from lamm_core.errors import InvalidInput
from lamm_core.records import Action, Lease, Project
from lamm_core.workflow import labelling
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace
from pages.components import services
from pages.components.clock import clock_time
from pages.components.labelling_items import why
from pages.components.outbox import knows_past, parse_act, session_key, store_outbox

_GOOD = {"key": "k", "item": 7, "revision": 1, "action": "label", "class": "pen", "seconds": 1.5}


def _ready(data: Workspace, name: str) -> Project:
    project = world.make_project(data, name=name)
    run_round(data, project)
    return project


def _act(session: str, lease: labelling.Lease, class_name: str = "pen") -> dict[str, Any]:
    act = _GOOD | {"item": lease.item_id, "revision": lease.revision, "class": class_name}
    return act | {"session": session, "key": f"{session}:{lease.item_id}"}


def test_an_act_is_read_as_it_was_sent() -> None:
    assert parse_act(_GOOD) == labelling.Act(7, Action.LABEL, 1, "pen", 1.5)
    undo = {"item": 7, "revision": 2, "action": "undo", "class": None, "seconds": None}
    assert parse_act(undo) == labelling.Act(7, Action.UNDO, 2)
    remarks = {"comment": "x" * 2000, "flagged": True, "suggested": "ink"}
    assert parse_act(_GOOD | remarks) == labelling.Act(7, Action.LABEL, 1, "pen", 1.5, "x" * 2000, True, "ink")


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


@pytest.mark.parametrize("sent", [None, [], "x", {}, {"acts": None}, {"acts": "x"}, {"acts": [None, 3, "x"]}])
def test_an_outbox_that_is_none_changes_nothing(data: Workspace, sent: Any) -> None:
    project = world.make_project(data)
    assert store_outbox(sent, project, services.annotator_id("Ana")) == ([], "")


def test_a_damaged_act_is_dropped_and_those_after_it_are_stored(data: Workspace) -> None:
    project, ana = _ready(data, "small"), services.annotator_id("Ana")
    session = session_key(project, ana)
    (lease,) = labelling.claim(data, project, ana)
    bad = {"session": session, "key": "bad", "item": "x"}
    good = _act(session, lease)
    stored, problem = store_outbox({"acts": [bad, good]}, project, ana)
    assert stored == ["bad", good["key"]]
    assert "cannot be read" in problem
    assert [(name, act) for _, name, _, act, _ in world.history(data, project) if name] == [("Ana", "label")]


def test_an_act_under_way_when_another_project_or_name_was_chosen_is_stored_where_it_belongs(data: Workspace) -> None:
    first, second = _ready(data, "first"), _ready(data, "second")
    ana, ben = services.annotator_id("Ana"), services.annotator_id("Ben")
    acts = []
    for project, who in ((first, ana), (second, ana)):
        (lease,) = labelling.claim(data, project, who)
        acts.append(_act(session_key(project, who), lease))
    stored, problem = store_outbox({"acts": acts}, second, ben)
    assert (stored, problem) == ([each["key"] for each in acts], "")
    for project, act in ((first, acts[0]), (second, acts[1])):
        assert [(item, name) for item, name, *_ in world.history(data, project) if name] == [(act["item"], "Ana")]


@pytest.mark.parametrize("part", ["project", "moment", "annotator", "all"])
def test_an_act_of_other_data_stays_in_the_browser_and_nothing_is_said(data: Workspace, part: str) -> None:
    project, ana = _ready(data, "small"), services.annotator_id("Ana")
    (lease,) = labelling.claim(data, project, ana)
    moment = project.created_at.isoformat()
    others = {
        "project": f"{project.id + 1}/{moment}/{ana}",
        "moment": f"{project.id}/{datetime(2020, 1, 1, tzinfo=UTC).isoformat()}/{ana}",
        "annotator": f"{project.id}/{moment}/{ana + 1}",
        "all": "1/1",
    }
    assert store_outbox({"acts": [_act(others[part], lease)]}, project, ana) == ([], "")
    assert [name for _, name, *_ in world.history(data, project) if name] == []


def test_a_moment_is_told_by_the_readers_clock() -> None:
    moment, now = datetime(2026, 1, 5, 22, 30, tzinfo=UTC), datetime(2026, 1, 5, 22, 0, tzinfo=UTC)
    assert clock_time(moment, now, "America/New_York") == "17:30"
    assert clock_time(moment, now, "Asia/Kolkata") == "04:00"
    for unknown in (None, "", "Nowhere/At all", "../etc/passwd"):
        assert clock_time(moment, now, unknown) == "22:30 UTC"
    assert clock_time(moment, datetime(2026, 1, 4, tzinfo=UTC), "Europe/Paris") == "23:30 on 5 January"


def test_flag_and_comment_of_a_label_are_stored(data: Workspace) -> None:
    project, ana = _ready(data, "small"), services.annotator_id("Ana")
    (lease,) = labelling.claim(data, project, ana)
    act = _act(session_key(project, ana), lease) | {"flagged": True, "comment": "both?"}
    assert store_outbox({"acts": [act]}, project, ana) == ([act["key"]], "")
    (recent,) = labelling.recent_acts(data, project, ana, 20)
    assert (recent.class_name, recent.flagged, recent.comment) == ("pen", True, "both?")


def test_a_card_that_knows_its_past_answers_need_not_be_told_them() -> None:
    assert knows_past({"acts": [], "past": "1/x/1"}, "1/x/1")
    for sent in (None, {"acts": []}, {"past": "1/x/2"}, {"past": None}, "1/x/1"):
        assert not knows_past(sent, "1/x/1")


def test_why_a_text_was_chosen_is_told_with_the_figures_that_are_there() -> None:
    lease = Lease(1, "i1", "pl", "text", 1, 3, datetime(2026, 1, 5, tzinfo=UTC))
    assert why(lease) == "Round 3 chose it among the texts in Polish."
    assert why(replace(lease, weight=0.25)) == "Round 3 chose it: Polish has weight 0.25."
    both = replace(lease, weight=0.25, score=1.5)
    assert why(both) == "Round 3 chose it: Polish has weight 0.25 and the mean uncertainty of its texts is 1.50."
