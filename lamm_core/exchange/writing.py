"""Write a table in a format; to a file or a folder, whole or not at all."""

import errno
import io
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from lamm_core.errors import DataInTheWay, UnreadableFile
from lamm_core.exchange.format import About, Format
from lamm_core.exchange.formats import FORMATS
from lamm_core.files import cannot_be_written, folder_written_aside, written_aside
from lamm_core.paths import inside
from lamm_core.words import translate as _


def _is_written(each: Format) -> bool:
    return each.write is not None or each.write_folder is not None


def _is_usual(each: Format) -> bool:
    """Whether its endings stand for it, and not for a tool whose files have them too."""
    return each.write is not None and each.recognises is None


WRITE_FORMATS: dict[str, Format] = {name: each for name, each in FORMATS.items() if _is_written(each)}
WRITE_ENDINGS = tuple(
    dict.fromkeys(ending for each in FORMATS.values() if _is_usual(each) for ending in each.endings[:1])
)
_NOTHING = About("", (), ())


def format_to_write(name: str, title: str | None = None) -> Format:
    """The format of a name in `WRITE_FORMATS`, such as "csv", or of an ending in `WRITE_ENDINGS`, such as ".csv".

    Args:
        title: what the user calls the file.

    Raises:
        UnreadableFile: it is the name or the ending of no format that can be written.
    """
    usual = (each for each in FORMATS.values() if _is_usual(each) and name.lower() in each.endings)
    found = FORMATS.get(name) or next(usual, None)
    if found is None or not _is_written(found):
        raise UnreadableFile(
            _(
                "{file!r} is of an unknown format; use one of {endings}, or name a format: {formats}.",
                file=title or name,
                endings=", ".join(WRITE_ENDINGS),
                formats=", ".join(WRITE_FORMATS),
            )
        )
    return found


def table_bytes(table: pd.DataFrame, name: str, about: About = _NOTHING) -> bytes:
    """The content of a file that holds the table; of a zip file, where the format is a folder.

    Args:
        name: as for `format_to_write`.
        about: what some formats say of the project.

    Raises:
        UnreadableFile: no such format can be written.
    """
    found = format_to_write(name)
    if found.write is not None:
        return found.write(table, about)
    return _zipped(_folder_content(found, table, about))


def write_table(table: pd.DataFrame, path: Path, about: About = _NOTHING, format_name: str | None = None) -> None:
    """Write aside first and rename then, so that nothing half-written ever bears the name.

    Args:
        path: of a file; of a folder, where the format is one.
        format_name: a key of `WRITE_FORMATS`; None takes what the ending says.

    Raises:
        UnreadableFile: no such format can be written.
        DataInTheWay: the folder holds files that the new one does not have.
        StorageUnavailable: it cannot be written there.
    """
    found = format_to_write(format_name or path.suffix, path.name)  # before anything is written
    try:
        if found.write is None:
            _write_folder(_folder_content(found, table, about), path)
        else:
            with written_aside(path) as aside:
                aside.write_bytes(found.write(table, about))
    except OSError as error:
        raise cannot_be_written(path, error) from error


def _folder_content(found: Format, table: pd.DataFrame, about: About) -> Mapping[str, bytes]:
    return found.write_folder(table, about) if found.write_folder is not None else {}


def _write_folder(content: Mapping[str, bytes], path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    there = [each.relative_to(path).as_posix() for each in sorted(path.rglob("*")) if not each.is_dir()]
    foreign = [each for each in there if each not in content]
    if foreign:
        raise DataInTheWay(
            _(
                "The folder {folder!r} holds {file!r}, which is not part of the export; name a new or an empty folder.",
                folder=str(path),
                file=foreign[0],
            )
        )
    with folder_written_aside(path) as aside:
        for name, data in content.items():
            file = inside(aside, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


def _zipped(content: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return file.getvalue()
