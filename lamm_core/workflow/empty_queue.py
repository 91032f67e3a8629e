"""Why an annotator has nothing to label."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from lamm_core.job import JobKind
from lamm_core.model.measuring import UNMEASURED
from lamm_core.model.verdict import verdict
from lamm_core.records import LanguageState, Project, Purpose, RoundClass, RoundLanguage, RoundState
from lamm_core.storage import annotators, items, queue_counts, rounds
from lamm_core.workflow import automatic, gold
from lamm_core.workflow.jobs import JobView, open_job
from lamm_core.workflow.rights import needs_self
from lamm_core.workflow.running import notice_dead_round
from lamm_core.workflow.workspace import Workspace, utc_now


class WhyEmpty(StrEnum):
    """Why a queue is empty for an annotator; the first that holds, in this order, is told."""

    READY = "ready"
    PREPARING = "preparing"
    HELD = "held"
    OTHER_LANGUAGES = "other languages"
    FAILED = "failed"
    NO_TEXTS = "no texts"
    OTHERS_TURN = "others' turn"
    TARGETS_MET = "targets met"
    WAITING_FOR_ROUND = "waiting for a round"
    ALL_DONE = "all done"


@dataclass(frozen=True)
class EmptyQueue:
    """Why an annotator has nothing to label.

    Attributes:
        reason: READY: something has come free in this moment, so claim again. PREPARING: a round makes the next
            batch: it is running, or in line for a worker. HELD: all that is left for this annotator is held by others.
            OTHER_LANGUAGES: what is left is in languages that this annotator is not asked about. FAILED: the newest
            round failed. NO_TEXTS: the project has no text to label. OTHERS_TURN: what is left waits for the opinion
            of somebody else. TARGETS_MET: no further batch comes by itself, and all targets are proven to be met.
            WAITING_FOR_ROUND: the next batch comes when somebody runs a round. ALL_DONE: every text is labelled or
            skipped.
        round_number: round of the newest batch; 0 before the first.
        stage: PREPARING: what the round is doing.
        progress: PREPARING: how far it is, 0 to 1.
        job: PREPARING: the job that is to run the round, where none is running yet.
        error: FAILED: what went wrong, as one sentence.
        count: HELD, OTHER_LANGUAGES, OTHERS_TURN: how many items that is.
        until: HELD: when the first of them comes free.
        languages: OTHER_LANGUAGES: the languages in which items wait.
        known: languages that the annotator is asked about; none stands for all.
    """

    reason: WhyEmpty
    round_number: int = 0
    count: int = 0
    until: datetime | None = None
    languages: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    stage: str = ""
    progress: float = 0.0
    job: JobView | None = None
    error: str = ""


@needs_self
def why_empty(workspace: Workspace, project: Project, annotator_id: int) -> EmptyQueue:
    """Why a claim of this annotator gives nothing; a round that is due is started first."""
    latest = automatic.start_round_if_due(workspace, project) or notice_dead_round(workspace, project)
    more = automatic.is_more_to_ask(workspace, project)
    job = open_job(workspace, project, JobKind.ROUND)
    now = utc_now()
    with workspace.database.read() as connection:
        known = annotators.languages_of(connection, annotator_id)
        _, number = queue_counts.newest_batch(connection, project.id)
        told = EmptyQueue(WhyEmpty.ALL_DONE, number, known=known)
        waiting = _what_is_open(told, queue_counts.open_groups(connection, project.id, annotator_id, now))
        if gold.is_due(connection, project, annotator_id, known or None):
            waiting = replace(told, reason=WhyEmpty.READY)
        situation = _Situation(
            state=None if latest is None else latest.state,
            is_in_line=job is not None,
            waiting=waiting.reason,
            has_texts=any(purpose is not Purpose.GOLD for purpose, *_ in items.count_items(connection, project.id)),
            more=more,
            by_itself=more and project.settings.automatic_rounds,
            targets_met=_all_targets_met(connection, project),
        )
    reason = situation.reason()
    if reason is waiting.reason:
        return waiting
    if latest is not None and latest.state is RoundState.RUNNING and reason is WhyEmpty.PREPARING:
        told = replace(told, stage=latest.stage, progress=latest.progress)
    elif job is not None and reason is WhyEmpty.PREPARING:
        told = replace(told, job=job)
    elif latest is not None and reason is WhyEmpty.FAILED:
        told = replace(told, error=latest.error or "")
    return replace(told, reason=reason)


@dataclass(frozen=True)
class _Situation:
    """What decides on the reason.

    Attributes:
        state: of the newest round; None before the first.
        is_in_line: a round waits for a worker, or is about to be run by one.
        waiting: the reason that lies in the queue itself; ALL_DONE where nothing is open.
        has_texts: the project has texts.
        more: a round would find texts for a further batch.
        by_itself: and would start without anybody's doing.
        targets_met: every target is proven to be met.
    """

    state: RoundState | None
    is_in_line: bool
    waiting: WhyEmpty
    has_texts: bool
    more: bool
    by_itself: bool
    targets_met: bool

    def reason(self) -> WhyEmpty:
        """The first reason that holds."""
        holds = {
            WhyEmpty.READY: self.waiting is WhyEmpty.READY,
            WhyEmpty.PREPARING: self.state is RoundState.RUNNING or self.is_in_line,
            WhyEmpty.HELD: self.waiting is WhyEmpty.HELD,
            WhyEmpty.OTHER_LANGUAGES: self.waiting is WhyEmpty.OTHER_LANGUAGES,
            WhyEmpty.FAILED: self.state is RoundState.FAILED,
            WhyEmpty.NO_TEXTS: not self.has_texts,
            WhyEmpty.OTHERS_TURN: self.waiting is WhyEmpty.OTHERS_TURN and (self.by_itself or not self.more),
            WhyEmpty.TARGETS_MET: self.targets_met and not self.by_itself,
            WhyEmpty.WAITING_FOR_ROUND: self.more,
            WhyEmpty.ALL_DONE: True,
        }
        return next(each for each in WhyEmpty if holds[each])


def _what_is_open(told: EmptyQueue, groups: list[queue_counts.OpenGroup]) -> EmptyQueue:
    """The reason that lies in the queue itself; `told` as it is where nothing is open."""
    mine = [each for each in groups if not told.known or each.language in told.known]
    held = [each for each in mine if each.held and each.may_have]
    other = [each for each in groups if each not in mine and each.may_have]
    if any(each.may_have and not each.held for each in mine):
        return replace(told, reason=WhyEmpty.READY)
    if held:
        until = min(each.until for each in held if each.until is not None)
        return replace(told, reason=WhyEmpty.HELD, count=_items(held), until=until)
    if other:
        languages = tuple(sorted({each.language for each in other}))
        return replace(told, reason=WhyEmpty.OTHER_LANGUAGES, count=_items(other), languages=languages)
    return replace(told, reason=WhyEmpty.OTHERS_TURN, count=_items(groups)) if groups else told


def _items(groups: list[queue_counts.OpenGroup]) -> int:
    return sum(each.items for each in groups)


def _all_targets_met(connection: Connection, project: Project) -> bool:
    """Whether the newest finished round has proven every target of today, those of single classes among them."""
    found = rounds.list_languages(connection, project.id, project.settings.metric)
    if not found:
        return False
    newest = max(found)
    languages = {each.language: each for each in found[newest]}
    classes = {
        (each.language, each.class_name): each for each in rounds.list_classes(connection, project.id).get(newest, [])
    }
    settings = project.settings
    return all(_is_met(languages.get(each), target) for each, target in settings.targets.items()) and all(
        _is_met(classes.get(each), target) for each, target in settings.class_targets.items()
    )


def _is_met(found: RoundLanguage | RoundClass | None, target: float) -> bool:
    if found is None or found.estimate is None or found.proven_low is None or found.proven_high is None:
        return False
    figure = replace(UNMEASURED, estimate=found.estimate, proven_low=found.proven_low, proven_high=found.proven_high)
    return verdict(figure, target) is LanguageState.MET
