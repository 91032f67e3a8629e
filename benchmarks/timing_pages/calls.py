"""The calls that pages make to show themselves, page by page."""

from collections.abc import Callable, Mapping

from lamm_core.records import Project
from lamm_core.report.html import report_html
from lamm_core.reviewing import Reason, ReviewFilter
from lamm_core.storage.annotators import find_annotator
from lamm_core.trail import AuditAction, TrailFilter
from lamm_core.workflow import automatic, review
from lamm_core.workflow.agreement import project_agreement
from lamm_core.workflow.annotator_figures import annotator_figures, own_figures
from lamm_core.workflow.audit import project_trail, whole_trail
from lamm_core.workflow.causes import find_causes
from lamm_core.workflow.comparing import comparison_status
from lamm_core.workflow.details import language_details
from lamm_core.workflow.exporting import export_glance
from lamm_core.workflow.first_steps import first_steps
from lamm_core.workflow.guessed_languages import guessed_languages
from lamm_core.workflow.jobs import project_jobs
from lamm_core.workflow.model_versions import list_versions
from lamm_core.workflow.projects import get_project, list_projects, project_names
from lamm_core.workflow.remarks import my_answers
from lamm_core.workflow.running import notice_dead_round
from lamm_core.workflow.status import project_status, round_history
from lamm_core.workflow.translating import translation_counts
from lamm_core.workflow.translation_runs import is_translating
from lamm_core.workflow.turns import take_turn
from lamm_core.workflow.users import has_accounts
from lamm_core.workflow.what_if import plan
from lamm_core.workflow.workspace import Workspace
from timing_pages.history import ANNOTATORS

Call = Callable[[Workspace, Project], object]
_PAGE = 10


def _me(workspace: Workspace) -> int:
    with workspace.database.read() as connection:
        return find_annotator(connection, ANNOTATORS[1]) or 0


def _causes(workspace: Workspace, project: Project) -> object:
    return find_causes(workspace, project, project_status(workspace, project).languages)


def _what_if(workspace: Workspace, project: Project) -> object:
    status = project_status(workspace, project)
    return plan(status, dict.fromkeys(project.languages, 0.8), project.settings.budget)


def _listed(wanted: ReviewFilter, offset: int = 0) -> Call:
    return lambda workspace, project: review.needing_review(workspace, project, wanted, review.PAGE, offset)


def _first_reviewed(workspace: Workspace, project: Project) -> object:
    found = review.needing_review(workspace, project, ReviewFilter(), review.PAGE, 0)
    return review.review_item(workspace, project, found.entries[0].item_id)


def _answers(*, flagged: bool) -> Call:
    return lambda workspace, project: my_answers(workspace, project, _me(workspace), _PAGE + 1, flagged=flagged)


CALLS: Mapping[str, Mapping[str, Call]] = {
    "every page": {
        "names": lambda workspace, _: project_names(workspace),
        "project": lambda workspace, project: get_project(workspace, project.name),
        "first steps": lambda workspace, _: first_steps(workspace),
    },
    "annotate": {
        "turn": lambda workspace, project: take_turn(workspace, project, _me(workspace), [], claims=True),
    },
    "history": {"answers": _answers(flagged=False), "flagged": _answers(flagged=True)},
    "team": {
        "all": annotator_figures,
        "own": lambda workspace, project: own_figures(workspace, project, _me(workspace)),
    },
    "review": {
        "reasons": review.count_reasons,
        "list": _listed(ReviewFilter()),
        "last pages": _listed(ReviewFilter(), 100),
        "likely errors": _listed(ReviewFilter(Reason.LIKELY_ERROR)),
        "of one": _listed(ReviewFilter(language="de", annotator=ANNOTATORS[1])),
        "item": _first_reviewed,
        "annotators": review.annotators_to_ask,
    },
    "languages": {
        "status": project_status,
        "causes": _causes,
        "what if": _what_if,
        "detail": lambda workspace, project: language_details(workspace, project, "en"),
        "dead round": notice_dead_round,
        "next round": automatic.start_round_if_due,
    },
    "rounds": {"history": round_history, "jobs": project_jobs},
    "compare": {"status": comparison_status},
    "project": {
        "export": export_glance,
        "models": list_versions,
        "guesses": guessed_languages,
        "translating": is_translating,
        "translations": translation_counts,
    },
    "trail": {
        "project": lambda workspace, project: project_trail(workspace, project, TrailFilter()),
        "whole": lambda workspace, _: whole_trail(workspace, TrailFilter()),
        "undone": lambda workspace, project: project_trail(workspace, project, TrailFilter(None, (AuditAction.UNDO,))),
        "one": lambda workspace, project: project_trail(workspace, project, TrailFilter("Ben")),
    },
    "users": {
        "accounts": lambda workspace, _: has_accounts(workspace),
        "projects": lambda workspace, _: list_projects(workspace),
    },
}
# Not shown by a page: what somebody asks for, and waits for.
ASKED: Mapping[str, Call] = {"report": report_html, "agreement": project_agreement}
