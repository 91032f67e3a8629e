"""Write a table in a format; to a file whole or not at all."""

from pathlib import Path

import pandas as pd

from lamm_core.errors import StorageUnavailable, UnreadableFile
from lamm_core.exchange.format import About, Format, Writer
from lamm_core.exchange.formats import FORMATS
from lamm_core.files import written_aside

WRITE_ENDINGS = tuple(dict.fromkeys(ending for each in FORMATS.values() if each.write for ending in each.endings[:1]))
_NOTHING = About("", (), ())


def table_bytes(table: pd.DataFrame, ending: str, about: About = _NOTHING) -> bytes:
    """The content of a file that holds the table.

    Args:
        ending: one of `WRITE_ENDINGS`, such as ".csv".
        about: what some formats say of the project.

    Raises:
        UnreadableFile: the ending names no format that can be written.
    """
    return _writer(ending, ending)(table, about)


def write_table(table: pd.DataFrame, path: Path, about: About = _NOTHING) -> None:
    """Write aside first and rename then, so that a half-written file never bears the name.

    Raises:
        UnreadableFile: the ending names no format that can be written.
        StorageUnavailable: the file cannot be written there.
    """
    write = _writer(path.suffix, path.name)  # before anything is written
    try:
        with written_aside(path) as aside:
            aside.write_bytes(write(table, about))
    except OSError as error:
        reason = str(error.strerror or error).rstrip(".")
        raise StorageUnavailable(f"{str(path)!r} cannot be written: {reason}.") from error


def _writer(ending: str, title: str) -> Writer:
    found: Format | None = next(
        (
            each
            for each in FORMATS.values()
            if each.write is not None and each.recognises is None and ending.lower() in each.endings
        ),
        None,
    )
    if found is None or found.write is None:
        raise UnreadableFile(f"{title!r} is of an unknown format; use one of {', '.join(WRITE_ENDINGS)}.")
    return found.write
