"""What people read about jobs."""

from datetime import datetime

from lamm_core.job import JobKind, JobState
from lamm_core.words import marked, plural, retold
from lamm_core.words import translate as _
from lamm_core.workflow.jobs import JobView

_KINDS = {
    JobKind.ROUND: marked("Round"),
    JobKind.EMBED: marked("Embedding texts"),
    JobKind.BACKTEST: marked("Comparing strategies"),
    JobKind.TRANSLATE: marked("Translating labels"),
}
_STATES = {
    JobState.QUEUED: marked("waits"),
    JobState.RUNNING: marked("runs"),
    JobState.DONE: marked("done"),
    JobState.FAILED: marked("failed"),
    JobState.CANCELLED: marked("cancelled"),
}


def kind_word(kind: JobKind) -> str:
    """What is to be done."""
    return _(_KINDS[kind])


def state_word(state: JobState) -> str:
    """Where it stands."""
    return _(_STATES[state])


def job_sentence(view: JobView, now: datetime) -> str:
    """Where a job stands and why, in one or two sentences; what it is doing; nothing where its state says all."""
    job = view.job
    if job.state is JobState.QUEUED:
        return _waiting(view, now)
    if job.state is JobState.RUNNING:
        return _("being cancelled") if job.cancel_asked_at is not None else retold(job.stage)
    return retold(job.error or "")


def _waiting(view: JobView, now: datetime) -> str:
    job = view.job
    if not view.has_worker:
        return _("No worker is running now that could do it. It stays in line until one comes, or it is cancelled.")
    if job.not_before > now and job.failures:
        return _(
            "Attempt {number} did not finish. {reason} The next one follows by itself.",
            number=job.failures,
            reason=retold(job.error or ""),
        )
    if not view.before:
        return _("It waits for a worker and is the next in line.")
    return plural(
        "It waits for a worker; {count} job is before it.",
        "It waits for a worker; {count} jobs are before it.",
        view.before,
    )
