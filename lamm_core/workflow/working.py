"""A worker: takes jobs from the line, and has each done by a process of its own."""

import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable

from sqlalchemy import Connection

from lamm_core.errors import StorageUnavailable
from lamm_core.job import Job, JobKind, WorkerRecord
from lamm_core.storage import jobs, workers
from lamm_core.words import marked
from lamm_core.workflow.processes import start
from lamm_core.workflow.running import is_alive
from lamm_core.workflow.settling import Rules, end_dead_jobs, fail_attempt, hand_back
from lamm_core.workflow.workspace import Workspace, utc_now

KILLED = marked("Its process was killed, as happens where memory runs out.")
NO_WORD = marked("Its process ended without a word; what the worker said may tell why.")
_NOT_STARTED = marked("The process for it could not be started: {reason}.")
_LOOK_SECONDS = 1.0  # how often an idle worker looks for a job
_BEAT_SECONDS = 5.0
_TURN_SECONDS = 0.1  # how soon it notices that it is to end
_GRACE_SECONDS = 4.0  # for the process of a job, to end by itself
_log = logging.getLogger(__name__)


class Worker:
    """Takes jobs one after the other; safe against their crashes, since none is done in this process.

    Args:
        kinds: the jobs that it takes.
        rules: how patient it is.
    """

    def __init__(self, workspace: Workspace, kinds: Iterable[JobKind] = tuple(JobKind), rules: Rules | None = None):
        host, process_id, now = socket.gethostname(), os.getpid(), utc_now()
        self._workspace = workspace
        self._rules = rules or Rules()
        self._record = WorkerRecord(f"{host}-{process_id}", tuple(kinds), host, process_id, now, now)
        self._ends = False
        self._next_beat = 0.0

    def end(self) -> None:
        """Let it hand back what it does and end, in a few seconds; may be called by the handler of a signal."""
        self._ends = True

    def run(self, *, once: bool = False) -> int:
        """Do jobs until it is told to end; returns how many it took.

        Args:
            once: end as soon as no job waits.

        Raises:
            StorageUnavailable: the database cannot be reached at the start. Later it waits until it can.
        """
        with self._workspace.database.write() as connection:
            self._register(connection)
        _log.info("worker %s takes %s", self._record.name, ", ".join(self._record.kinds))
        taken = 0
        try:
            while not self._ends:
                job = self._next_job()
                if job is not None:
                    taken += 1
                    self._do(job)
                elif once:
                    break
                else:
                    self._wait(_LOOK_SECONDS)
        finally:
            self._leave()
        return taken

    def _next_job(self) -> Job | None:
        try:
            self._beat()
            database, kinds = self._workspace.database, self._record.kinds
            # Looked at first without writing: an idle worker keeps no writer of SQLite waiting.
            with database.read() as connection:
                if not jobs.is_something_waiting(connection, kinds, utc_now()):
                    return None
            with database.write() as connection:
                return jobs.claim(connection, kinds, self._record, utc_now())
        except StorageUnavailable as error:
            _log.warning("no job could be looked for: %s", error)
            return None

    def _do(self, job: Job) -> None:
        _log.info("job %s (%s of project %s), attempt %s", job.id, job.kind, job.project_id, job.attempt)
        module = "lamm_core.cli.job_process"
        try:
            process = start(self._workspace.settings, module, job.id, job.attempt, self._record.process_id)
        except OSError as error:
            self._end_attempt(job, _NOT_STARTED.format(reason=error))
            return
        while process.poll() is None and not self._ends:
            self._beat_if_it_can(job)
            time.sleep(_TURN_SECONDS)
        if self._ends:
            _end_process(process)
            self._end_attempt(job, None)
        elif process.returncode:
            self._end_attempt(job, KILLED if process.returncode == -signal.SIGKILL else NO_WORD)
        _log.info("job %s ended with %s", job.id, process.returncode)

    def _end_attempt(self, job: Job, reason: str | None) -> None:
        """Settle a job whose process has not done so; without a reason it is handed back."""
        try:
            with self._workspace.database.write() as connection:
                if reason is None:
                    hand_back(connection, job)
                else:
                    fail_attempt(connection, job, reason, self._rules)
        except StorageUnavailable as error:  # whoever looks next finds its process gone
            _log.warning("what became of job %s could not be stored: %s", job.id, error)

    def _beat_if_it_can(self, job: Job) -> None:
        try:
            self._beat(job)
        except StorageUnavailable as error:
            _log.warning("a heartbeat of the worker did not get through: %s", error)

    def _beat(self, own: Job | None = None) -> None:
        """Say now and then that it is alive, and see to jobs of those that are not.

        Args:
            own: the job that it has.
        """
        if time.monotonic() < self._next_beat:
            return
        self._next_beat = time.monotonic() + _BEAT_SECONDS
        with self._workspace.database.write() as connection:
            if not workers.beat(connection, self._record.name, utc_now()):
                self._register(connection)
        end_dead_jobs(self._workspace.database, self._rules, own.id if own else None)

    def _register(self, connection: Connection) -> None:
        """Enter it among the workers, from which those that ended without a word are taken out."""
        dead = [each.name for each in workers.list_workers(connection) if not is_alive(each, self._rules.silence)]
        workers.remove(connection, dead)
        record = self._record
        workers.register(connection, record.name, record.kinds, record.host, record.process_id, utc_now())

    def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._ends and time.monotonic() < end:
            time.sleep(_TURN_SECONDS)

    def _leave(self) -> None:
        try:
            with self._workspace.database.write() as connection:
                workers.remove(connection, [self._record.name])
        except StorageUnavailable as error:
            _log.warning("the worker could not be taken out of the list: %s", error)
        _log.info("worker %s has ended", self._record.name)


def _end_process(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end, and end it if it does not within seconds."""
    process.terminate()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
