"""The pulse of a job, in the process that does it."""

import os
import signal
import socket
import threading
from types import FrameType, TracebackType
from typing import Self

from lamm_core.errors import JobCancelled, JobLost, LammError
from lamm_core.job import Job
from lamm_core.storage import jobs
from lamm_core.workflow.pulse import EMBEDDING, Pulse
from lamm_core.workflow.workspace import Workspace, utc_now


class JobPulse(Pulse):
    """Context in which a job's process works. Only the main thread of a process can enter it.

    The work is interrupted, by SIGTERM, when the job was cancelled, was given to another worker, when the worker asks
    for it because it is to end, or is itself gone.

    Args:
        job: as the worker took it.
        worker_id: process of that worker.
        gentle: whether the work asks `is_interrupted` by itself, and must not be torn off in the middle.
    """

    def __init__(self, workspace: Workspace, job: Job, worker_id: int, *, gentle: bool) -> None:
        super().__init__(f"job {job.id}")
        self._workspace = workspace
        self._job = job
        self._worker_id = worker_id
        self._gentle = gentle
        self._reason: BaseException | None = None

    @property
    def reason(self) -> BaseException | None:
        """What interrupted the work; None where nothing did."""
        return self._reason

    def is_interrupted(self) -> bool:
        """Whether the work is to end before it is done."""
        return self._reason is not None

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGTERM, self._interrupt)
        try:
            return super().__enter__()
        except BaseException:
            signal.signal(signal.SIGTERM, self._before)
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        signal.signal(signal.SIGTERM, self._before)

    def report(self, stage: str, progress: float) -> None:
        """Say what is done now and how far it is (0 to 1); the next beat tells it."""
        self._stage, self._progress = stage, progress

    def embedding(self, done: int, total: int) -> None:
        """Progress of the embedding, for `embed_missing`."""
        self.report(EMBEDDING.format(done=done, all=total), done / total if total else 1.0)

    def begun(self, subject_id: int) -> None:
        """Write down which round or comparison the job has begun, so that no further attempt does it twice.

        Raises:
            JobLost: the job was given to another worker.
        """
        with self._workspace.database.write() as connection:
            jobs.beat(connection, self._job, utc_now(), subject_id=subject_id)

    def _beat(self) -> None:
        if os.getppid() != self._worker_id:
            raise JobLost("The worker of this process is gone.")
        with self._workspace.database.write() as connection:
            is_cancelled = jobs.beat(
                connection,
                self._job,
                utc_now(),
                stage=self._stage,
                progress=self._progress,
                host=socket.gethostname(),
                process_id=os.getpid(),
            )
        if is_cancelled:
            raise JobCancelled("The job was cancelled.")

    def _end_work(self, error: LammError) -> None:
        self._reason = error
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, signal.SIGTERM)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        self._reason = self._reason or KeyboardInterrupt()
        if not self._gentle:
            raise KeyboardInterrupt
