"""A backup of everything, taken while people label: rows of one moment, and the files that these rows name."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from sqlalchemy import Connection, Table

from lamm_core.errors import StorageUnavailable
from lamm_core.exchange.archive import ArchiveWriter
from lamm_core.files import written_aside
from lamm_core.model.embedding_store import EmbeddingStore
from lamm_core.settings import Settings
from lamm_core.storage import dump, models, projects
from lamm_core.storage.database import Database
from lamm_core.storage.migrate import schema_of
from lamm_core.trail import AuditAction
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.rights import needs_admin
from lamm_core.workflow.workspace import Workspace, model_path, utc_now


@dataclass(frozen=True)
class Backup:
    """A backup that was written.

    Attributes:
        size: bytes of the file.
        rows: table to how many rows of it are in there.
        models: how many model versions have their file in there.
        missing_models: how many have no file any more.
        embeddings: how many texts have an embedding in there.
    """

    path: Path
    size: int
    rows: Mapping[str, int]
    models: int
    missing_models: int
    embeddings: int


@needs_admin
def backup(workspace: Workspace, path: Path, *, with_embeddings: bool = False) -> Backup:
    """Write a backup, whole or not at all; labelling goes on meanwhile.

    It holds everything but who is signed in, open links, and logs; only its owner may read the file.

    Args:
        path: the file; one that is there already is replaced at the end.
        with_embeddings: without them, they are computed anew after a restore, which takes as long as the first time.

    Raises:
        StorageUnavailable: the database does not answer, or the file cannot be written there.
    """
    taken = write_backup(workspace.settings, workspace.database, path, with_embeddings=with_embeddings)
    with workspace.database.write() as connection:
        note(connection, workspace, AuditAction.BACKUP, file=path.name, rows=sum(taken.rows.values()))
    return taken


def write_backup(settings: Settings, database: Database, path: Path, *, with_embeddings: bool) -> Backup:
    """As `backup`, of a database of any schema, and without a line in the trail."""
    try:
        with written_aside(path) as aside, _private(aside) as file:
            # One reading transaction is one moment, on both engines.
            with database.read() as connection:
                taken = _write(settings, connection, file, path, with_embeddings=with_embeddings)
            file.flush()
            os.fsync(file.fileno())
            return taken
    except OSError as error:
        raise StorageUnavailable(
            _("The backup {file} cannot be written: {reason}.", file=str(path), reason=error.strerror or str(error))
        ) from error


def _private(path: Path) -> IO[bytes]:
    """A new file that only its owner may read: it will hold everything that the database holds."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _write(settings: Settings, connection: Connection, file: IO[bytes], path: Path, *, with_embeddings: bool) -> Backup:
    writer = ArchiveWriter(file)
    schema, moment = schema_of(connection), utc_now()
    rows = {table.name: _add_table(writer, connection, table, path.parent) for table in dump.stored_tables(connection)}
    found, missing = _add_models(writer, settings, models.model_files(connection))
    embedded = 0
    if with_embeddings:
        stores = [EmbeddingStore(settings.embeddings, each) for each in projects.encoders(connection)]
        embedded = sum(_add_embeddings(writer, each) for each in stores)
    writer.finish(version("lamm"), str(schema), moment.isoformat(), rows)
    return Backup(path, file.tell(), rows, found, missing, embedded)


def _add_table(writer: ArchiveWriter, connection: Connection, table: Table, folder: Path) -> int:
    # A tar wants the size first, and a table may be larger than the memory.
    count = 0
    with TemporaryFile(dir=folder) as aside:
        for line in dump.lines_of(connection, table):
            aside.write(line)
            count += 1
        size = aside.tell()
        aside.seek(0)
        writer.add(f"tables/{table.name}.jsonl", aside, size)
    return count


def _add_models(writer: ArchiveWriter, settings: Settings, files: list[str]) -> tuple[int, int]:
    """Add the models and what stands beside each under the same name; returns how many there are, and are not."""
    missing = 0
    for file in files:
        path = model_path(settings, file)
        missing += not path.exists()
        for each in sorted(path.parent.glob(f"{path.stem}.*")):
            with each.open("rb") as source:
                writer.add(f"models/{models.own_name(file, each.name)}", source, each.stat().st_size)
    return len(files) - missing, missing


def _add_embeddings(writer: ArchiveWriter, store: EmbeddingStore) -> int:
    """Add the rows that the store has now; those that are appended meanwhile stay out."""
    for path, size in store.files():
        with path.open("rb") as source:
            writer.add(f"embeddings/{store.folder.name}/{path.name}", source, size)
    return len(store)
