"""An empty queue says why it is empty."""

from dataclasses import replace

import pytest
from support import world

from lamm_core.records import Project
from lamm_core.storage import rounds
from lamm_core.storage.tables import round_language
from lamm_core.workflow import automatic, labelling, running
from lamm_core.workflow.annotators import set_languages
from lamm_core.workflow.empty_queue import WhyEmpty, why_empty
from lamm_core.workflow.projects import create_project
from lamm_core.workflow.rounds import run_round
from lamm_core.workflow.workspace import Workspace, utc_now

BUDGET = 20


@pytest.fixture
def queued(workspace: Workspace, project: Project) -> Project:
    """The small project with a first batch of 20."""
    run_round(workspace, project)
    return project


def label_all(workspace: Workspace, project: Project, annotator_id: int) -> None:
    while leases := labelling.claim(workspace, project, annotator_id, 50):
        for lease in leases:
            labelling.submit(workspace, project, annotator_id, lease.item_id, world.TRUTH[lease.external_id])


def test_something_that_has_come_free_is_ready(workspace: Workspace, queued: Project, ana: int) -> None:
    assert why_empty(workspace, queued, ana).reason is WhyEmpty.READY
    labelling.claim(workspace, queued, ana, BUDGET)
    assert why_empty(workspace, queued, ana).reason is WhyEmpty.READY, "one's own leases are no others'"


def test_what_others_hold_comes_free_at_a_known_time(workspace: Workspace, queued: Project, ana: int, ben: int) -> None:
    leases = labelling.claim(workspace, queued, ben, BUDGET)
    found = why_empty(workspace, queued, ana)
    assert (found.reason, found.count, found.round_number) == (WhyEmpty.HELD, BUDGET, 1)
    assert found.until == min(each.until for each in leases)
    world.end_leases(workspace, queued)
    assert why_empty(workspace, queued, ana).reason is WhyEmpty.READY


def test_items_in_other_languages_alone_are_named(workspace: Workspace, queued: Project, ana: int, ben: int) -> None:
    by_language: dict[str, int] = {}
    for row in world.queue_rows(workspace, queued):
        by_language[row.language] = by_language.get(row.language, 0) + 1
    set_languages(workspace, ana, ["sw"])
    assert why_empty(workspace, queued, ana).reason is WhyEmpty.READY
    labelling.claim(workspace, queued, ben, BUDGET, ["sw"])
    found = why_empty(workspace, queued, ana)
    assert (found.reason, found.count) == (WhyEmpty.HELD, by_language["sw"])
    set_languages(workspace, ana, ["fr"])
    found = why_empty(workspace, queued, ana)
    assert (found.reason, found.count, found.known) == (WhyEmpty.OTHER_LANGUAGES, BUDGET, ("fr",))
    assert found.languages == tuple(sorted(by_language))


def test_a_round_that_is_under_way_prepares_the_next_batch(workspace: Workspace, project: Project, ana: int) -> None:
    begun = running.begin_round(workspace, project)
    found = why_empty(workspace, project, ana)
    assert (found.reason, found.round_number) == (WhyEmpty.PREPARING, 0)
    with workspace.database.write() as connection:
        rounds.fail(connection, begun.id, begun.attempt, "for the test", utc_now())
    assert why_empty(workspace, project, ana).reason is WhyEmpty.FAILED


def test_a_round_that_is_due_is_started_by_who_asks(
    workspace: Workspace, ana: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(automatic, "start_round", running.begin_round)
    project = world.make_project(workspace, automatic_rounds=True)
    assert why_empty(workspace, project, ana).reason is WhyEmpty.PREPARING


def test_a_project_without_texts_says_so(workspace: Workspace, ana: int) -> None:
    for automatic_rounds in (True, False):
        settings = world.settings_of(automatic_rounds=automatic_rounds)
        project = create_project(workspace, f"empty {automatic_rounds}", settings)
        assert why_empty(workspace, project, ana).reason is WhyEmpty.NO_TEXTS


def test_where_rounds_do_not_start_by_themselves_somebody_must(workspace: Workspace, queued: Project, ana: int) -> None:
    label_all(workspace, queued, ana)
    assert why_empty(workspace, queued, ana).reason is WhyEmpty.WAITING_FOR_ROUND


def test_when_every_text_is_labelled_that_is_all(workspace: Workspace, ana: int) -> None:
    project = world.make_project(workspace, budget=200)
    run_round(workspace, project)
    label_all(workspace, project, ana)
    assert why_empty(workspace, project, ana).reason is WhyEmpty.ALL_DONE


@pytest.mark.parametrize(("proven_low", "reason"), [(0.95, WhyEmpty.TARGETS_MET), (0.5, WhyEmpty.WAITING_FOR_ROUND)])
def test_targets_that_are_proven_to_be_met_are_a_reason(
    workspace: Workspace, queued: Project, ana: int, proven_low: float, reason: WhyEmpty
) -> None:
    label_all(workspace, queued, ana)
    with workspace.database.write() as connection:
        bounds = {"estimate": 0.97, "proven_low": proven_low, "proven_high": 1.0}
        connection.execute(round_language.update().values(**bounds))
    assert why_empty(workspace, queued, ana).reason is reason
    settings = replace(queued.settings, class_targets={("en", "pen"): 0.5})
    with_class_target = replace(queued, settings=settings)
    assert why_empty(workspace, with_class_target, ana).reason is WhyEmpty.WAITING_FOR_ROUND, "not measured yet"


def test_what_waits_for_the_opinion_of_others_is_told_apart(workspace: Workspace, ana: int, ben: int) -> None:
    project = world.make_project(workspace, budget=200, overlap_share=1.0)
    run_round(workspace, project)
    label_all(workspace, project, ana)
    found = why_empty(workspace, project, ana)
    assert (found.reason, found.count) == (WhyEmpty.OTHERS_TURN, 200)
    assert why_empty(workspace, project, ben).reason is WhyEmpty.READY
    label_all(workspace, project, ben)
    assert why_empty(workspace, project, ana).reason is WhyEmpty.ALL_DONE
