"""The benchmark of labelling: its figures, its plan, and a checker that sees what is lost, doubled or shared."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

import labelling as benchmark
from lamm_core.errors import InvalidInput
from lamm_core.records import Lease, Project
from lamm_core.storage.tables import label
from lamm_core.workflow import labelling
from lamm_core.workflow.projects import ensure_annotator
from lamm_core.workflow.workspace import Workspace
from timing_labels.checks import Faults, Given, find_faults, stored_labels
from timing_labels.figures import Spread, spread
from timing_labels.messages import PageState, Timer, is_end_of_run, is_rerun, timer_of
from timing_labels.plan import Case, Run, plan_runs
from timing_labels.project import CLASSES, content_of, make_project, open_home
from timing_labels.report import RunReport, as_json

RUN = Run(Case.ALONE, users=1, labels=3, seed=0)
GIVEN = [Given("Ann", "a text", "praise"), Given("Ben", "another", "login"), Given("Ann", "a third", "login")]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[tuple[Workspace, Project]]:
    """The project of a small run."""
    workspace = open_home(tmp_path / "home")
    yield workspace, make_project(workspace, content_of(RUN))
    workspace.close()


def _label_three(workspace: Workspace, project: Project) -> list[Given]:
    ann = ensure_annotator(workspace, "Ann")
    given = []
    for lease in labelling.claim(workspace, project, ann, 3):
        labelling.submit(workspace, project, ann, lease.item_id, CLASSES[1], lease.revision)
        given.append(Given("Ann", lease.text, CLASSES[1]))
    return given


def _faults(made: tuple[Workspace, Project], told: list[Given]) -> Faults:
    return find_faults(told, stored_labels(*made))


# figures


def test_the_spread_of_known_times_is_known() -> None:
    assert spread(list(range(101))) == Spread(median=50.0, p95=95.0, longest=100.0)
    assert spread([3.0]) == Spread(3.0, 3.0, 3.0)


def test_a_p95_between_two_times_lies_on_the_line_between_them() -> None:
    found = spread([0.0] * 19 + [10.0])
    assert found == Spread(median=0.0, p95=0.5, longest=10.0)


def test_without_times_there_is_no_spread() -> None:
    assert spread([]) is None


# the comparison


def test_labels_stored_as_they_were_acknowledged_are_no_fault() -> None:
    assert find_faults(GIVEN, GIVEN[::-1]) == Faults((), (), (), ())


def test_an_acknowledged_label_that_is_not_stored_is_lost() -> None:
    assert find_faults(GIVEN, GIVEN[1:]).lost == (GIVEN[0],)


def test_a_label_stored_with_another_class_is_lost() -> None:
    found = find_faults(GIVEN, [GIVEN[0]._replace(class_name="other"), *GIVEN[1:]])
    assert found.lost == (GIVEN[0],)


@pytest.mark.parametrize("class_name", ["praise", "other"])
def test_a_second_label_of_one_person_for_a_text_is_doubled(class_name: str) -> None:
    found = find_faults(GIVEN, [*GIVEN, GIVEN[0]._replace(class_name=class_name)])
    assert GIVEN[0] in found.doubled
    assert not found.lost
    assert not found.shared


def test_a_text_that_two_people_labelled_is_shared_and_not_doubled() -> None:
    found = find_faults(GIVEN, [*GIVEN, GIVEN[0]._replace(annotator="Ben")])
    assert found.shared == ("a text",)
    assert not found.doubled


def test_a_label_that_was_under_way_at_the_end_is_told_apart() -> None:
    assert find_faults(GIVEN[1:], GIVEN) == Faults((), (), (), untold=(GIVEN[0],))


def test_labels_given_through_the_app_are_found_in_the_database(made: tuple[Workspace, Project]) -> None:
    told = _label_three(*made)
    assert len(told) == 3
    assert _faults(made, told) == Faults((), (), (), ())


def test_a_label_deleted_from_the_database_is_seen(made: tuple[Workspace, Project]) -> None:
    told = _label_three(*made)
    with made[0].database.write() as connection:
        first = connection.execute(select(label.c.id).order_by(label.c.id).limit(1)).scalar_one()
        connection.execute(delete(label).where(label.c.id == first))
    assert _faults(made, told).lost == (told[0],)


def test_a_label_stored_twice_in_the_database_is_seen(made: tuple[Workspace, Project]) -> None:
    told = _label_three(*made)
    with made[0].database.write() as connection:
        row = dict(connection.execute(select(label).order_by(label.c.id).limit(1)).mappings().one())
        connection.execute(insert(label).values(row | {"id": None, "revision": row["revision"] + 1}))
    assert _faults(made, told).doubled == (told[0],)


# the plan and the project


def test_every_case_has_its_sizes() -> None:
    runs = [(each.case, each.users, each.labels) for each in plan_runs(list(Case), [1, 25], 40, 1500, 0)]
    assert runs == [
        (Case.ALONE, 1, 40),
        (Case.TEAM, 25, 40),
        (Case.FITTING, 1, 40),
        (Case.FITTING, 25, 40),
        (Case.THROUGHPUT, 25, 1500),
    ]


def test_only_the_cases_that_were_asked_for_are_run() -> None:
    assert [each.case for each in plan_runs([Case.TEAM], [1, 3, 5], 10, 1500, 0)] == [Case.TEAM, Case.TEAM]


@pytest.mark.parametrize(("users", "labels"), [([0], 40), ([1], 0)])
def test_a_plan_without_people_or_labels_is_refused(users: list[int], labels: int) -> None:
    with pytest.raises(InvalidInput):
        list(plan_runs(list(Case), users, labels, 1500, 0))


def test_a_case_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        benchmark.main(["--cases", "alone,dreaming"])
    assert "dreaming" in capsys.readouterr().err


def test_the_made_project_queues_enough_that_no_further_round_is_due(made: tuple[Workspace, Project]) -> None:
    workspace, project = made
    progress = labelling.batch_progress(workspace, project)
    assert progress.open == RUN.queue == project.settings.budget
    assert progress.open - RUN.labels > project.settings.budget // 2


def test_texts_of_the_made_project_are_all_different(made: tuple[Workspace, Project]) -> None:
    leases: list[Lease] = labelling.claim(*made, ensure_annotator(made[0], "Ann"), RUN.queue)
    assert len({each.text for each in leases}) == RUN.queue


# the messages of a simulated page


def _card(session: str) -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.bidi_component.id = "$$ID-1-card"
    message.delta.new_element.bidi_component.json = json.dumps({"session": session})
    return message


def _state_of(data: bytes) -> BackMsg:
    message = BackMsg()
    message.ParseFromString(data)
    return message


def test_a_simulated_page_opens_under_its_own_name() -> None:
    state = _state_of(PageState("http://here/", "Timing", "Person 1").opening()).rerun_script
    assert state.query_string == "project=Timing&annotator=Person+1"
    assert not state.fragment_id


def test_a_simulated_page_finds_its_card_and_remembers_its_fields() -> None:
    page = PageState("http://here/", "Timing", "Person 1")
    field = ForwardMsg()
    field.delta.new_element.text_input.id = "$$ID-2-annotator"
    assert page.read(field) is None
    for name, options in (("project", ["Other", "Timing"]), ("language", ["English", "Deutsch"])):
        choice = ForwardMsg()
        choice.delta.new_element.selectbox.id = name
        choice.delta.new_element.selectbox.options.extend(options)
        choice.delta.new_element.selectbox.default = 1 if name == "language" else 0
        assert page.read(choice) is None
    assert page.read(_card("1/x/1")) == {"session": "1/x/1"}
    state = _state_of(page.notice(Timer("the notice", 2))).rerun_script
    assert {each.id: each.string_value for each in state.widget_states.widgets} == {
        "$$ID-2-annotator": "Person 1",
        "project": "Timing",
        "language": "Deutsch",
    }


def test_a_part_of_the_page_that_wants_to_be_run_again_is_asked_for_by_its_own_id() -> None:
    message = ForwardMsg()
    message.auto_rerun.interval, message.auto_rerun.fragment_id = 2, "the notice"
    assert timer_of(message) == Timer("the notice", 2)
    assert timer_of(_card("")) is None
    data = PageState("http://here/", "Timing", "Person 1").notice(Timer("the notice", 2))
    assert _state_of(data).rerun_script.fragment_id == "the notice"
    assert _state_of(data).rerun_script.is_auto_rerun
    assert is_rerun(data)
    assert is_rerun(PageState("http://here/", "Timing", "Person 1").again())
    assert is_end_of_run(ForwardMsg(script_finished=0))
    assert not is_end_of_run(message)
    assert not is_rerun(bytes(BackMsg(app_heartbeat=True).SerializeToString()))


# the report


def _report() -> RunReport:
    return RunReport(
        case=Case.TEAM,
        users=25,
        key_to_next_ms=Spread(8.0, 16.0, 20.0),
        ack_ms=Spread(30.0, 60.0, 70.0),
        labels=40,
        lost=0,
        doubled=0,
        others_ack_ms=None,
        all_labels=300,
        shared=0,
        untold=0,
        labels_per_second=12.0,
        reruns=0,
        page_run_cpu_ms=None,
        label_cpu_ms=7.5,
        rounds=0,
        round_share=None,
    )


def test_the_file_lists_the_runs_with_their_figures() -> None:
    run = json.loads(json.dumps(as_json([_report()])))["runs"][0]
    assert (run["case"], run["users"], run["labels"], run["lost"], run["doubled"]) == ("team", 25, 40, 0, 0)
    assert run["key_to_next_ms"] == {"median": 8.0, "p95": 16.0, "longest": 20.0}
    assert run["ack_ms"]["p95"] == 60.0


@pytest.mark.parametrize("fault", ["lost", "doubled", "shared"])
def test_a_run_with_a_fault_is_not_whole(fault: str) -> None:
    assert _report().is_whole
    assert not replace(_report(), **{fault: 1}).is_whole
