"""The process that does one job of a worker: `python -m lamm_core.cli.job_process JOB ATTEMPT WORKER`.

WORKER is the process of the worker, without which this one ends. It never imports streamlit, and works at a lower
priority, so that labelling stays quick meanwhile.
"""

import contextlib
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from lamm_core.comparison import ComparisonState
from lamm_core.errors import LammError
from lamm_core.job import Job, JobKind, JobState
from lamm_core.records import Project, RoundState
from lamm_core.settings import HOME_VARIABLE
from lamm_core.storage import comparisons, jobs, projects, rounds
from lamm_core.words import marked
from lamm_core.workflow.job_pulse import JobPulse
from lamm_core.workflow.settling import Rules, settle
from lamm_core.workflow.workspace import Workspace, open_workspace

_NICENESS = 10
# Where memory runs out, the system ends the process with the highest score: this one, and never a worker or a server.
_KILL_SCORE = "800"
# What must not be torn off in the middle, as each request to a translator may cost money.
_GENTLE = (JobKind.TRANSLATE,)
_TRANSLATING = marked("translating {done:,} of {all:,} texts")


def main(job_id: int, attempt: int, worker_id: int) -> int:
    """Do the job; returns 0 once it is stored what became of it, otherwise its worker stores it."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    os.nice(_NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_KILL_SCORE)
    workspace = open_workspace(Path(os.environ[HOME_VARIABLE]))
    with workspace.database.read() as connection:
        job = jobs.find(connection, job_id)
        project = projects.get_project(connection, job.project_id) if job else None
    if job is None or project is None or (job.state, job.attempt) != (JobState.RUNNING, attempt):
        logging.error("job %s, attempt %s is not there to be done", job_id, attempt)
        return 1
    error = _work(workspace, project, job, worker_id)
    with workspace.database.write() as connection:
        settle(connection, job, error, Rules())
    return 1 if isinstance(error, KeyboardInterrupt) else 0


def _work(workspace: Workspace, project: Project, job: Job, worker_id: int) -> BaseException | None:
    """Do the work; returns what ended it, or None where it is done."""
    pulse = JobPulse(workspace, job, worker_id, gentle=job.kind in _GENTLE)
    try:
        with pulse:
            if not _is_done(workspace, job):
                _WORK[job.kind](workspace, project, job, pulse)
    except LammError as error:
        logging.error("job %s: %s", job.id, error)  # noqa: TRY400 - no bug, no trace
        return pulse.reason or error
    except KeyboardInterrupt as error:
        return pulse.reason or error
    except Exception as error:
        logging.exception("job %s", job.id)
        return pulse.reason or error
    return pulse.reason


def _is_done(workspace: Workspace, job: Job) -> bool:
    """Whether an earlier attempt finished the work and had no time left to say so."""
    if job.subject_id is None:
        return False
    with workspace.database.read() as connection:
        if job.kind is JobKind.ROUND:
            return rounds.get_round(connection, job.subject_id).state is RoundState.DONE
        comparison = comparisons.find_comparison(connection, job.subject_id)
        return comparison is not None and comparison.state is ComparisonState.DONE


# Each imports what it needs when it runs: embedding and fitting take seconds to import.


def _round(workspace: Workspace, project: Project, _job: Job, pulse: JobPulse) -> None:
    from lamm_core.workflow.rounds import perform_round
    from lamm_core.workflow.running import begin_round

    begun = begin_round(workspace, project)
    pulse.begun(begun.id)
    perform_round(workspace, project, begun, pulse.report)


def _embed(workspace: Workspace, project: Project, _job: Job, pulse: JobPulse) -> None:
    from lamm_core.workflow.importing import embed_project

    embed_project(workspace, project, pulse.embedding)


def _backtest(workspace: Workspace, project: Project, job: Job, pulse: JobPulse) -> None:
    from lamm_core.cli.comparison_process import half_of_the_cores
    from lamm_core.comparing import perform_comparison
    from lamm_core.workflow.comparing import begin_comparison
    from lamm_core.workflow.comparison_pulse import REPLAYING

    def replayed(done: int, total: int) -> None:
        pulse.report(REPLAYING.format(done=done, all=total), done / total if total else 1.0)

    begun = begin_comparison(workspace, project, job.arguments["strategies"])
    pulse.begun(begun.id)
    perform_comparison(workspace, project, begun, half_of_the_cores(), pulse.embedding, replayed)


def _translate(workspace: Workspace, project: Project, _job: Job, pulse: JobPulse) -> None:
    from lamm_core.workflow.translation_process import translate_and_note

    def translated(done: int, total: int) -> None:
        pulse.report(_TRANSLATING.format(done=done, all=total), done / total if total else 1.0)

    translate_and_note(workspace, project, translated, pulse.is_interrupted)


_WORK: dict[JobKind, Callable[[Workspace, Project, Job, JobPulse], None]] = {
    JobKind.ROUND: _round,
    JobKind.EMBED: _embed,
    JobKind.BACKTEST: _backtest,
    JobKind.TRANSLATE: _translate,
}


if __name__ == "__main__":
    sys.exit(main(*(int(each) for each in sys.argv[1:])))
