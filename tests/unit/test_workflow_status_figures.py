"""Status: how the languages stand to their targets, and what comes next."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from support import world

from lamm_core.model.intervals import wilson
from lamm_core.model.measuring import UNMEASURED
from lamm_core.records import LanguageState, Project
from lamm_core.selection import allocate
from lamm_core.storage.tables import item, label, round_language
from lamm_core.workflow import labelling
from lamm_core.workflow.projects import change_settings
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.status import LanguageStatus, ProjectStatus, next_quotas, project_status, round_history
from lamm_core.workflow.workspace import Workspace, utc_now

NEED = ["missed", "unproven", "not measured", "out of reach", "met"]


def of(status: ProjectStatus, language: str) -> LanguageStatus:
    return next(each for each in status.languages if each.language == language)


def with_targets(project: Project, **targets: float) -> Project:
    return replace(project, settings=replace(project.settings, targets={**project.settings.targets, **targets}))


def label_batch(workspace: Workspace, project: Project, annotator_id: int) -> None:
    for lease in labelling.claim(workspace, project, annotator_id, 20):
        labelling.submit(workspace, project, annotator_id, lease.item_id, world.TRUTH[lease.external_id])


@pytest.fixture
def measured(workspace: Workspace) -> Project:
    """A project whose model was measured once."""
    project = world.make_project(workspace, labels=40)
    run_round(workspace, project)
    return project


def test_a_target_is_met_only_when_that_is_proven(workspace: Workspace, measured: Project) -> None:
    figures = {each.language: each.measured for each in project_status(workspace, measured).languages}
    for language, figure in figures.items():
        assert figure.estimate is not None
        cases = {
            figure.proven_low: ("met", 0),
            figure.proven_low + 0.001: ("unproven", 0),
            figure.estimate: ("unproven", 0),
            figure.proven_high: ("unproven", figure.proven_high - figure.estimate),
            min(1.0, figure.proven_high + 0.001): ("missed", figure.proven_high + 0.001 - figure.estimate),
        }
        for target, (state, gap) in cases.items():
            if target == 1.0:
                continue
            found = of(project_status(workspace, with_targets(measured, **{language: target})), language)
            assert (found.state, found.target_met) == (state, state == "met"), target
            assert found.gap == pytest.approx(gap)
            assert found.measured == figure
            assert (found.settle == 0) == (state != "unproven")


def test_counts_of_the_project_follow_the_states(workspace: Workspace, measured: Project) -> None:
    figures = {each.language: each.measured for each in project_status(workspace, measured).languages}
    targets = {"en": figures["en"].proven_low, "de": figures["de"].estimate, "sw": 1.0}
    status = project_status(workspace, with_targets(measured, **targets))
    assert status.targets_met == 1
    assert [each.language for each in status.unproven] == ["de"]
    assert status.furthest is not None
    assert status.furthest.language == "sw"
    assert status.unmeasured == ()


def test_those_in_need_come_first_and_of_them_the_largest_gap(workspace: Workspace) -> None:
    rows = world.ROWS[(world.ROWS["split"] == "pool") | (world.ROWS["language"] != "de")].reset_index(drop=True)
    project = world.make_project(workspace, labels=60, rows=rows)
    run_round(workspace, project)
    for targets in ({"en": 0.01, "sw": 1.0}, {"en": 0.95, "sw": 0.3}, {"en": 1.0, "sw": 1.0}):
        status = project_status(workspace, with_targets(project, **targets))
        keys = [(NEED.index(each.state), -each.gap, each.language) for each in status.languages]
        assert keys == sorted(keys)
    first = project_status(workspace, with_targets(project, en=0.01, sw=1.0)).languages
    assert [each.state for each in first] == ["missed", "not measured", "met"]


def test_a_language_without_check_items_counts_as_unmeasured_with_its_whole_gap(workspace: Workspace) -> None:
    rows = world.ROWS[(world.ROWS["split"] == "pool") | (world.ROWS["language"] != "de")].reset_index(drop=True)
    project = world.make_project(workspace, labels=60, rows=rows)
    run_round(workspace, project)
    found = of(project_status(workspace, project), "de")
    assert (found.measured, found.state, found.gap, found.settle) == (UNMEASURED, "not measured", 0.9, None)
    assert (found.trend, found.outlook, found.target_met) == ((), None, False)


def test_a_class_behind_its_target_keeps_its_language_from_being_met(workspace: Workspace) -> None:
    targets = dict.fromkeys(world.POOL, 0.01)
    project = world.make_project(workspace, labels=60, targets=targets, class_targets={("en", "pen"): 0.8})
    run_round(workspace, project)
    (found,) = of(project_status(workspace, project), "en").classes
    assert (found.class_name, found.target) == ("pen", 0.8)
    assert found.measured.estimate is not None
    low, high = found.measured.proven_low, found.measured.proven_high
    for target, state in ((low, "met"), (high, "unproven"), (high + 0.001, "missed")):
        settings = replace(project.settings, class_targets={("en", "pen"): target})
        each = of(project_status(workspace, replace(project, settings=settings)), "en")
        assert each.classes[0].state == each.state == state
        assert each.gap == pytest.approx(max(0.0, target - found.measured.estimate))
    assert of(project_status(workspace, project), "de").classes == ()
    assert of(project_status(workspace, project), "de").target_met


def test_a_round_of_an_earlier_version_has_the_plain_interval_and_proves_nothing(
    workspace: Workspace, measured: Project
) -> None:
    bare: dict[str, Any] = dict.fromkeys(("estimate", "effective", "low", "high", "proven_low", "proven_high"))
    with workspace.database.write() as connection:
        connection.execute(update(round_language).values(**bare, correct=27, checked=30))
    for target in (0.01, 1.0):
        for each in project_status(workspace, with_targets(measured, **dict.fromkeys(world.POOL, target))).languages:
            assert each.measured.estimate == 0.9
            assert each.measured.interval == wilson(0.9, 30)
            assert (each.measured.proven_low, each.measured.proven_high) == (0, 1)
            assert each.state is LanguageState.UNPROVEN


def test_the_trend_tells_labels_and_figures_round_by_round(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace, labels=24)
    for _ in range(2):
        run_round(workspace, project)
        label_batch(workspace, project, ana)
    status, history = project_status(workspace, project), round_history(workspace, project)
    for each in status.languages:
        figures = [found.figure for past in history for found in past.languages if found.language == each.language]
        assert [labels for labels, _ in each.trend] == [24, 44]
        assert [figure for _, figure in each.trend] == figures
        assert each.trend[-1][1] == each.measured.estimate


def test_three_rounds_give_an_outlook_and_a_price_its_cost(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace, labels=24, price_per_label=0.5)
    for number in (1, 2, 3):
        run_round(workspace, project)
        outlooks = [each.outlook for each in project_status(workspace, project).languages]
        assert all((found is None) == (number < 3) for found in outlooks)
        for lease in labelling.claim(workspace, project, ana, 20):
            labelling.submit(workspace, project, ana, lease.item_id, world.TRUTH[lease.external_id], 1, 6.0)
    status = project_status(workspace, with_targets(project, **dict.fromkeys(world.POOL, 0.2)))
    for each in status.languages:
        assert each.outlook is not None
        assert each.outlook == status.outlooks.of(each.language, 0.2)
        assert each.outlook.middle is not None
        assert each.outlook.middle.cost == each.outlook.middle.labels * 0.5
        assert each.outlook.middle.hours == pytest.approx(each.outlook.middle.labels * 6 / 3600)


def test_labels_of_this_week_are_those_that_people_gave_lately(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace, labels=24)
    run_round(workspace, project)
    assert {each.labels_this_week for each in project_status(workspace, project).languages} == {0}
    leases = labelling.claim(workspace, project, ana, 6)
    for lease in leases:
        labelling.submit(workspace, project, ana, lease.item_id, "pen")
    with workspace.database.write() as connection:
        for lease, days in zip(leases, (0, 1, 6.9, 7.1, 30, 0), strict=True):
            moment = utc_now() - timedelta(days=days)
            connection.execute(update(label).where(label.c.item_id == lease.item_id).values(created_at=moment))
    found = {each.language: each.labels_this_week for each in project_status(workspace, project).languages}
    recent = [leases[place].language for place in (0, 1, 2, 5)]
    assert found == {language: recent.count(language) for language in world.POOL}


def test_the_usual_quota_is_the_mean_of_the_last_three_batches(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace, labels=24)
    for _ in range(4):
        run_round(workspace, project)
        label_batch(workspace, project, ana)
    history = round_history(workspace, project)
    for each in project_status(workspace, project).languages:
        quotas = [found.quota for past in history for found in past.languages if found.language == each.language]
        assert len(quotas) == 4
        assert each.usual_quota == pytest.approx(sum(quotas[1:]) / 3)
        assert each.quota == quotas[-1]


# what if


def test_other_targets_and_another_budget_split_the_next_batch_anew(workspace: Workspace, measured: Project) -> None:
    status = project_status(workspace, measured)
    free = {each.language: each.free for each in status.languages}
    for targets, budget in (({"en": 0.95, "de": 0.9, "sw": 1.0}, 30), ({"en": 0.1, "de": 0.1, "sw": 1.0}, 10)):
        gaps = {each.language: max(0.0, targets[each.language] - each.measured.estimate) for each in status.languages}
        found = next_quotas(status, targets, budget)
        assert found == allocate(gaps, budget, free)
        assert sum(found.values()) == budget
    today = {each.language: each.next_quota for each in status.languages}
    assert next_quotas(status, world.TARGETS, measured.settings.budget) == today


def test_there_are_no_next_quotas_without_a_model_or_where_texts_are_chosen_one_by_one(workspace: Workspace) -> None:
    project = world.make_project(workspace)
    run_round(workspace, project)
    assert next_quotas(project_status(workspace, project), world.TARGETS, 20) == {}
    by_text = world.make_project(workspace, labels=40, name="by text", strategy="lc")
    run_round(workspace, by_text)
    assert next_quotas(project_status(workspace, by_text), world.TARGETS, 20) == {}


def test_asking_what_if_changes_nothing(workspace: Workspace, measured: Project) -> None:
    before = project_status(workspace, measured)
    next_quotas(before, dict.fromkeys(world.POOL, 0.5), 7)
    assert project_status(workspace, measured).languages == before.languages


def test_a_figure_of_another_metric_is_not_taken_for_this_one(workspace: Workspace) -> None:
    project = world.make_project(workspace, labels=100)
    run_round(workspace, project)
    assert project_status(workspace, project).languages[0].measured.estimate is not None
    changed = change_settings(workspace, project, replace(project.settings, metric="macro-f1"))
    status = project_status(workspace, changed)
    assert {each.state for each in status.languages} == {LanguageState.UNMEASURED}
    assert all(not each.trend for each in status.languages)
    run_round(workspace, changed)
    assert all(len(each.trend) == 1 for each in project_status(workspace, changed).languages)


def test_texts_that_nearly_repeat_a_check_item_are_not_promised(workspace: Workspace) -> None:
    project = world.make_project(workspace)
    before = {each.language: each.free for each in project_status(workspace, project).languages}
    stored = world.stored_items(workspace, project).values()
    pool = next(each for each in stored if each.language == "de" and each.purpose == "pool")
    check = next(each for each in stored if each.language == "de" and each.purpose == "check")
    with workspace.database.write() as connection:
        connection.execute(update(item).where(item.c.id == pool.id).values(twin_id=check.id))
    after = {each.language: each.free for each in project_status(workspace, project).languages}
    assert after == before | {"de": before["de"] - 1}
