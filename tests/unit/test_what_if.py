"""What if: other targets and another budget change forecast, batch and status, and nothing that is stored."""

import pytest
from support import world
from support.standing import language, measurement, status

from lamm_core.errors import InvalidAccuracy
from lamm_core.records import LanguageState
from lamm_core.workflow.projects import get_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import ProjectStatus, project_status
from lamm_core.workflow.what_if import plan
from lamm_core.workflow.workspace import Workspace


def _status(workspace: Workspace, rounds: int = 1, **changes: object) -> ProjectStatus:
    project = world.make_project(workspace, 60, **changes)
    for _ in range(rounds):
        run_round(workspace, project)
    return project_status(workspace, project)


def test_as_it_is_the_plan_is_the_status(sqlite_workspace: Workspace):
    found = _status(sqlite_workspace)
    now = plan(found, found.project.settings.targets, found.project.settings.budget)
    assert [each.language for each in now.prospects] == [each.language for each in found.languages]
    assert [each.state for each in now.prospects] == [each.state for each in found.languages]
    assert [each.next_quota for each in now.prospects] == [each.next_quota for each in found.languages]
    assert [each.outlook for each in now.prospects] == [each.outlook for each in found.languages]


def test_a_higher_budget_and_a_lower_target_change_the_next_batch(sqlite_workspace: Workspace):
    found = _status(sqlite_workspace)
    targets = found.project.settings.targets
    first = found.languages[0].language
    more = {each.language: each.next_quota for each in plan(found, targets, 40).prospects}
    less = {each.language: each.next_quota for each in plan(found, targets | {first: 0.01}, 20).prospects}
    assert sum(more.values()) == 40
    assert less[first] == 0
    assert get_project(sqlite_workspace, "small").settings == found.project.settings


def test_a_lower_target_is_reached_sooner(sqlite_workspace: Workspace):
    found = _status(sqlite_workspace, rounds=3)
    targets = found.project.settings.targets
    low = plan(found, dict.fromkeys(targets, 0.2), 20)
    assert all(each.outlook is not None and each.outlook.middle is not None for each in low.prospects)
    assert low.beyond == ()
    high = plan(found, dict.fromkeys(targets, 1.0), 20)
    for one, other in zip(low.prospects, high.prospects, strict=True):
        assert one.outlook.forecast.chance > other.outlook.forecast.chance


def test_the_status_under_another_target_follows_the_proven_bounds():
    one = language(measured=measurement(0.7, low=0.6, high=0.8))
    found = status(one)
    assert [plan(found, {"pl": target}, 20).prospects[0].state for target in (0.5, 0.7, 0.9)] == [
        LanguageState.MET,
        LanguageState.UNPROVEN,
        LanguageState.MISSED,
    ]


def test_a_strategy_that_chooses_by_text_has_weights(sqlite_workspace: Workspace):
    found = _status(sqlite_workspace, strategy="foresight")
    targets = found.project.settings.targets
    first = found.languages[0].language
    now = {each.language: each.weight for each in plan(found, targets, 20).prospects}
    then = {each.language: each.weight for each in plan(found, targets | {first: 0.01}, 20).prospects}
    assert sum(now.values()) == pytest.approx(1)
    assert then[first] < now[first]
    assert all(each.next_quota is None for each in plan(found, targets, 20).prospects)


def test_a_strategy_that_knows_no_languages_has_none(sqlite_workspace: Workspace):
    found = _status(sqlite_workspace, strategy="lc")
    assert {each.weight for each in plan(found, found.project.settings.targets, 20).prospects} == {None}


@pytest.mark.parametrize(("labels", "batches"), [(0, 0), (1, 1), (20, 1), (21, 2)])
def test_labels_make_batches(labels: int, batches: int):
    assert plan(status(language()), {"pl": 0.9}, 20).batches(labels) == batches


def test_a_target_over_one_is_refused(sqlite_workspace: Workspace):
    found = _status(sqlite_workspace)
    with pytest.raises(InvalidAccuracy):
        plan(found, dict.fromkeys(found.project.settings.targets, 1.5), 20)
