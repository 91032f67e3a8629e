"""Translate by a worker or a process of its own; one process a project at a time, so that nothing is paid twice."""

import contextlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from lamm_core.actors import Role
from lamm_core.errors import StorageUnavailable, TranslationRunning
from lamm_core.files import written_aside
from lamm_core.job import JobKind
from lamm_core.records import Project
from lamm_core.trail import AuditAction
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.jobs import hand_over, open_job
from lamm_core.workflow.processes import start_logged
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace

_log = logging.getLogger(__name__)
# Whoever looks whether somebody translates holds the lock for a moment; that must not turn a translator away.
_SECONDS = 2.0


@contextmanager
@needs(Role.MANAGER)
def only_translator(workspace: Workspace, project: Project) -> Iterator[None]:
    """Be the only process that translates for a project; the end of the process ends it in any case.

    Raises:
        TranslationRunning: another process translates for it.
        StorageUnavailable: the data folder cannot be written.
    """
    path = _file(workspace, project, "lock")
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=_SECONDS)
    except Timeout as error:
        raise TranslationRunning(
            _("The labels of {name!r} are being translated already.", name=project.name)
        ) from error
    except OSError as error:
        raise StorageUnavailable(_("The data folder cannot be used: {reason}.", reason=error)) from error
    try:
        yield
    finally:
        lock.release()


@needs(Role.MANAGER)
def start_translating(workspace: Workspace, project: Project) -> None:
    """Have what is labelled translated by a worker, or in a process of its own where there is none; returns at once.

    Raises:
        TranslationRunning: it is being done already, or waits for a worker.
        StorageUnavailable: the log cannot be written or the process not be started.
    """
    if is_translating(workspace, project):
        raise TranslationRunning(_("The labels of {name!r} are being translated already.", name=project.name))
    module = "lamm_core.workflow.translation_process"
    try:
        note_failure(workspace, project, None)
        if hand_over(workspace, project, JobKind.TRANSLATE) is not None:
            return
        process = start_logged(workspace.settings, module, project.id, log="translation.log")
        _note_process(workspace, project, process.pid)
    except OSError as error:
        raise StorageUnavailable(
            _("The process that translates could not be started: {reason}.", reason=error)
        ) from error
    with workspace.database.write() as connection:
        note(connection, workspace, AuditAction.TRANSLATION, project.id, change="started")
    _log.info("translating for project %s runs as process %s", project.id, process.pid)


@needs(Role.MANAGER)
def is_translating(workspace: Workspace, project: Project) -> bool:
    """Whether a process translates for this project, or was started to, or a worker is to.

    Raises:
        StorageUnavailable: the data folder cannot be used.
    """
    if open_job(workspace, project, JobKind.TRANSLATE) or _runs(_file(workspace, project, "process.json")):
        return True
    path = _file(workspace, project, "lock")
    try:
        if path.exists():
            with FileLock(path).acquire(timeout=0):
                return False
    except Timeout:
        return True
    except OSError as error:
        raise StorageUnavailable(_("The data folder cannot be used: {reason}.", reason=error)) from error
    return False


@needs(Role.MANAGER)
def note_failure(workspace: Workspace, project: Project, reason: str | None) -> None:
    """Keep why translating stopped, for whoever looks next; None for no reason.

    Raises:
        OSError: the data folder cannot be written.
    """
    path = _file(workspace, project, "failure.txt")
    if reason is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as aside:
        aside.write_text(reason, "utf-8")


@needs(Role.MANAGER)
def last_failure(workspace: Workspace, project: Project) -> str | None:
    """Why the last process that was started here stopped before the end; None where it did not."""
    try:
        return _file(workspace, project, "failure.txt").read_text("utf-8") or None
    except OSError:
        return None


def _note_process(workspace: Workspace, project: Project, process_id: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        born = psutil.Process(process_id).create_time()
        path = _file(workspace, project, "process.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_aside(path) as aside:
            aside.write_text(json.dumps({"process_id": process_id, "born": born}), "utf-8")


def _runs(noted: Path) -> bool:
    """Whether the process that was noted lives, and is not another one that was given the same number later."""
    try:
        note = json.loads(noted.read_text("utf-8"))
        process = psutil.Process(note["process_id"])
        return process.status() != psutil.STATUS_ZOMBIE and abs(process.create_time() - note["born"]) < 1
    except (OSError, ValueError, psutil.NoSuchProcess):
        return False


def _file(workspace: Workspace, project: Project, ending: str) -> Path:
    return workspace.settings.home / "translation" / f"{project.id}.{ending}"
