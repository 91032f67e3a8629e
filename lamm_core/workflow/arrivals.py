"""A file that appeared in a folder, into a project: once for each content, whole or not at all.

What came of a file is stored in the transaction of its rows, under the digest of its content. So whoever is killed in
the middle begins it anew, and of two who look at one folder the second finds every row there already.
"""

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from io import BufferedReader
from pathlib import Path

from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.errors import MissingColumn, StorageUnavailable, UnreadableFile
from lamm_core.exchange.arrivals import Arrival
from lamm_core.exchange.reading import open_table
from lamm_core.exchange.writing import write_table
from lamm_core.files import cannot_be_written
from lamm_core.records import Project, WatchedFile
from lamm_core.storage import projects, watched_files
from lamm_core.storage.watched_files import Content
from lamm_core.words import translate as _
from lamm_core.workflow.importing import ImportProgress, ImportResult, import_file, rejected_table
from lamm_core.workflow.rights import needs
from lamm_core.workflow.surveying import ImportChoices, preview
from lamm_core.workflow.workspace import Workspace, utc_now

# Below the folder, for what is written about its files; its name begins with a dot, so nothing in it is ever imported.
BESIDE = ".lamm"
_SHOWN = 10


class Outcome(StrEnum):
    """What came of a file."""

    IMPORTED = "imported"
    KNOWN = "known"
    FAILED = "failed"


@dataclass(frozen=True)
class FileReport:
    """What came of a file.

    Attributes:
        name: its name in its folder.
        outcome: `KNOWN` where a file with this content was imported before.
        reason: why nothing of it was imported, one sentence; empty unless it failed.
        format: name of its format; empty unless it was read.
        columns: part of an item to column; empty unless it was read.
        result: what an import did; None unless there was one.
        rejected_to: file with the rejected rows; None where there is none.
        trouble: why that file could not be written, one sentence; empty where it could.
        earlier: the file that brought the content before; None where none did.
    """

    name: str
    outcome: Outcome
    reason: str = ""
    format: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    result: ImportResult | None = None
    rejected_to: Path | None = None
    trouble: str = ""
    earlier: WatchedFile | None = None


@needs(Role.MANAGER)
def last_arrivals(workspace: Workspace, project: Project, most: int = _SHOWN) -> list[WatchedFile]:
    """The files that watched folders brought last, newest first."""
    with workspace.database.read() as connection:
        return watched_files.newest(connection, project.id, most)


@needs(Role.MANAGER)
def imported_before(workspace: Workspace, project: Project, found: Iterable[Arrival]) -> list[Arrival]:
    """Those among these files that were imported as they lie there, as far as name, size and time of change tell."""
    with workspace.database.read() as connection:
        stamps = watched_files.imported_stamps(connection, project.id)
    return [each for each in found if (each.name, each.size, each.modified_ns) in stamps]


@needs(Role.MANAGER)
def import_arrival(
    workspace: Workspace,
    project: Project,
    arrival: Arrival,
    choices: ImportChoices,
    progress: ImportProgress | None = None,
) -> FileReport | None:
    """Import a file unless its content was imported before; its rejected rows are written beside it.

    Args:
        choices: what is said of the file; the rest is told by its columns.
        progress: as for `import_file`; nothing is stored where it raises.

    Returns:
        What came of it. None where it is gone, or was written to meanwhile; nothing is stored then.

    Raises:
        StorageUnavailable: the database cannot be used.
    """
    try:
        with arrival.open() as file:
            return _import_once(workspace, project, _Reading(arrival, file, choices, progress))
    except (FileNotFoundError, _Unsettled):
        return None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        told = _("{file!r} cannot be read: {reason}.", file=arrival.name, reason=reason)
        return FileReport(arrival.name, Outcome.FAILED, told)


class _Unsettled(Exception):
    """The file was written to while it was read."""


@dataclass(frozen=True)
class _Reading:
    """A file that is being read, and how."""

    arrival: Arrival
    file: BufferedReader
    choices: ImportChoices
    progress: ImportProgress | None

    def check(self) -> None:
        """Raise _Unsettled if the file was written to since it was found complete."""
        if not self.arrival.is_still(self.file):
            raise _Unsettled

    def content(self) -> Content:
        """Read all of it for its digest."""
        digest = hashlib.file_digest(self.file, "sha256").digest()
        return Content(self.arrival.name, digest, self.arrival.size, self.arrival.modified_ns)


def _import_once(workspace: Workspace, project: Project, reading: _Reading) -> FileReport:
    content = reading.content()
    reading.check()
    with workspace.database.read() as connection:
        earlier = watched_files.find_imported(connection, project.id, content.digest)
    if earlier is not None:
        _note(workspace, project, content, rows=earlier.rows)
        return FileReport(content.name, Outcome.KNOWN, earlier=earlier)
    try:
        return _import(workspace, project, reading, content)
    except (UnreadableFile, MissingColumn) as error:
        reading.check()  # what is written to meanwhile may be read wrong
        _note(workspace, project, content, error=str(error))
        return FileReport(content.name, Outcome.FAILED, str(error))


def _import(workspace: Workspace, project: Project, reading: _Reading, content: Content) -> FileReport:
    choices = reading.choices
    table = open_table(reading.file, content.name, choices.format_name)
    mapping = choices.mapping(preview(table).columns)
    beside = _Beside(project, reading, content)
    result = import_file(workspace, project, table, mapping, choices.whole, reading.progress, beside.keep)
    return FileReport(
        name=content.name,
        outcome=Outcome.FAILED if beside.reason else Outcome.IMPORTED,
        reason=beside.reason,
        format=table.format.name,
        columns=mapping.columns,
        result=result,
        rejected_to=beside.rejected_to,
        trouble=beside.trouble,
    )


def _note(workspace: Workspace, project: Project, content: Content, rows: int = 0, error: str | None = None) -> None:
    """Remember a file that added nothing."""
    with workspace.database.write() as connection:
        projects.lock_project(connection, project.id)
        counts = {"rows": rows, "added": 0, "labelled": 0, "rejected": 0}
        watched_files.note(connection, project.id, content, utc_now(), **counts, error=error)


class _Beside:
    """What is kept of an import beside its rows.

    Attributes:
        reason: why nothing was imported; empty where something was.
        rejected_to: where the rejected rows are; None where there are none.
        trouble: why they could not be written.
    """

    def __init__(self, project: Project, reading: _Reading, content: Content) -> None:
        self.reason = self.trouble = ""
        self.rejected_to: Path | None = None
        self._project = project
        self._reading = reading
        self._content = content

    def keep(self, connection: Connection, result: ImportResult) -> None:
        """Store what came of the file, in the transaction of its rows."""
        self._reading.check()
        if result.refused == result.rows:
            self.reason = _(
                "None of the {rows:,} rows of {file!r} could be imported.", rows=result.rows, file=self._content.name
            )
        watched_files.note(
            connection,
            self._project.id,
            self._content,
            utc_now(),
            rows=result.rows,
            added=result.added,
            labelled=result.labelled,
            rejected=result.refused,
            error=self.reason or None,
        )
        # Before the rows are committed: whoever is killed in between would never write them.
        self._write_rejected(result)

    def _write_rejected(self, result: ImportResult) -> None:
        path = self._reading.arrival.path
        place = path.parent / BESIDE / f"{path.name}.rejected.csv"
        if not result.refused:
            with suppress(OSError):  # of an earlier content of the file
                place.unlink(missing_ok=True)
            return
        try:
            place.parent.mkdir(exist_ok=True)
            write_table(rejected_table(result.rejected), place)
            self.rejected_to = place
        except OSError as error:
            self.trouble = str(cannot_be_written(place, error))
        except StorageUnavailable as error:
            self.trouble = str(error)
