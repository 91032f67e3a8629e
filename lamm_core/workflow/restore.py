"""A backup comes back, into SQLite or PostgreSQL, whichever of them it was taken from.

All rows come in one transaction, and files under names that nothing refers to before it is committed: whenever the
process ends, what was there is there as before, or what was restored is there as a whole.
"""

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError, StatementError

from lamm_core.errors import BackupUnusable, DataInTheWay, StorageUnavailable
from lamm_core.exchange.archive import Archive, open_archive
from lamm_core.model.embedding_store import EmbeddingStore, read_form
from lamm_core.model.key_index import KEY_BYTES
from lamm_core.storage import dump, models
from lamm_core.storage.migrate import is_known, upgrade
from lamm_core.trail import AuditAction
from lamm_core.words import translate as _
from lamm_core.workflow.audit import note
from lamm_core.workflow.backup import write_backup
from lamm_core.workflow.rights import needs_admin
from lamm_core.workflow.workspace import Workspace, utc_now

_EMBEDDINGS_AT_ONCE = 4_096


@dataclass(frozen=True)
class Restored:
    """What came back.

    Attributes:
        taken_at: the moment that the backup shows, ISO 8601 in UTC.
        rows: table to how many rows came back.
        models: how many files of models came back.
        embeddings: how many embeddings the backup had.
        safety: backup of what was there before; None where nothing was.
    """

    taken_at: str
    rows: Mapping[str, int]
    models: int
    embeddings: int
    safety: Path | None


@needs_admin
def restore(workspace: Workspace, path: Path, *, replace: bool = False) -> Restored:
    """Bring a backup back, whole or not at all. Everybody has to sign in again.

    Args:
        path: a file that `backup` wrote; of an older version of LAMM, it is brought to the tables of this one.
        replace: take the place of data that is there; a backup of that is written into the data folder first.

    Raises:
        BackupUnusable: the file is no backup, damaged, or of a newer version.
        DataInTheWay: there is data, and it is not to be replaced.
        StorageUnavailable: the database does not answer, or the data folder cannot be written.
    """
    with open_archive(path) as archive:
        if not is_known(archive.manifest.schema):
            raise BackupUnusable(
                _(
                    "The backup has schema {schema!r}, which this version does not know; install a newer version of "
                    "LAMM.",
                    schema=archive.manifest.schema,
                )
            )
        try:
            return _restore(workspace, archive, path, replace=replace)
        except OSError as error:
            raise StorageUnavailable(
                _("The data folder cannot be written: {reason}.", reason=error.strerror or str(error))
            ) from error


def _restore(workspace: Workspace, archive: Archive, path: Path, *, replace: bool) -> Restored:
    with _models_folder(workspace) as folder, workspace.database.write() as connection:
        dump.keep_writers_out(connection)
        old_models = models.model_files(connection)
        safety = _make_room(workspace, connection, replace=replace)
        embeddings = _restore_embeddings(workspace, archive)
        count = _restore_models(archive, folder)
        rows = _load(connection, archive)
        models.move_files(connection, folder.name)
        note(connection, workspace.by_itself(), AuditAction.BACKUP, file=path.name, restored=archive.manifest.taken_at)
    _remove_models(workspace, old_models)
    return Restored(archive.manifest.taken_at, rows, count, embeddings, safety)


def _make_room(workspace: Workspace, connection: Connection, *, replace: bool) -> Path | None:
    """Empty the database, in a transaction that may yet be rolled back; returns the backup of what was there."""
    safety = None
    if dump.holds_data(connection):
        if not replace:
            raise DataInTheWay(_("There is data already; restore into an empty database, or replace it by --replace."))
        safety = workspace.settings.home / f"before-restore-{utc_now():%Y%m%dT%H%M%S%fZ}.tar"
        write_backup(workspace.settings, workspace.database, safety, with_embeddings=False)
    dump.drop_tables(connection)
    return safety


def _load(connection: Connection, archive: Archive) -> dict[str, int]:
    upgrade(connection, archive.manifest.schema)
    loaded = {}
    try:
        tables = dump.stored_tables(connection)
        for table in tables:
            with archive.open(f"tables/{table.name}.jsonl") as lines:
                loaded[table.name] = dump.load(connection, table, lines)
    except (ValueError, KeyError, RecursionError, StatementError) as error:
        if isinstance(error, OperationalError):
            raise  # of the database, not of the rows
        raise BackupUnusable(_("The tables of the backup do not fit together: it is damaged.")) from error
    if loaded != archive.manifest.rows:
        raise BackupUnusable(_("The tables of the backup do not fit together: it is damaged."))
    dump.continue_ids(connection, tables)
    upgrade(connection)
    return loaded


@contextmanager
def _models_folder(workspace: Workspace) -> Iterator[Path]:
    """A new folder for models, under a name that nothing has; removed when the block raises."""
    folder = workspace.model_file(f"restored-{secrets.token_hex(6)}")
    folder.mkdir(parents=True)
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _restore_models(archive: Archive, folder: Path) -> int:
    names = archive.names("models")
    for name in names:
        _copy(archive, name, folder / name.removeprefix("models/"))
    return sum(name.endswith(".skops") for name in names)


def _restore_embeddings(workspace: Workspace, archive: Archive) -> int:
    """Add the embeddings to those that are there. They are of texts, not of projects: nothing is replaced."""
    folders = {name.rpartition("/")[0] for name in archive.names("embeddings")}
    return sum(_append_embeddings(workspace, archive, folder) for folder in sorted(folders))


def _append_embeddings(workspace: Workspace, archive: Archive, folder: str) -> int:
    try:
        with archive.open(f"{folder}/about.json") as about, archive.open(f"{folder}/keys.bin") as file:
            form = read_form(about.read())
            content = file.read()
        keys = [content[start : start + KEY_BYTES] for start in range(0, len(content), KEY_BYTES)]
        store = EmbeddingStore(workspace.settings.embeddings, form.encoder, form.precision)
        with archive.open(f"{folder}/{form.file_name}") as file:
            for start in range(0, len(keys), _EMBEDDINGS_AT_ONCE):
                some = keys[start : start + _EMBEDDINGS_AT_ONCE]
                block = np.frombuffer(file.read(form.row_bytes * len(some)), dtype=form.dtype)
                store.append(some, block.reshape(len(some), form.dimension).astype(np.float32))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BackupUnusable(_("The embeddings of the backup cannot be read: it is damaged.")) from error
    return len(keys)


def _copy(archive: Archive, name: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as source, path.open("xb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())  # before the rows that name it are committed


def _remove_models(workspace: Workspace, files: list[str]) -> None:
    """Remove the files that the replaced data had. Whatever else lies there may be another database's."""
    for file in files:
        path = workspace.model_file(file)
        with suppress(OSError):  # what cannot be removed is in nobody's way
            for each in path.parent.glob(f"{path.stem}.*"):
                each.unlink()
