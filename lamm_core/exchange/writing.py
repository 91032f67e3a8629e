"""Write a table in the format that an ending names; to a file whole or not at all."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from lamm_core.errors import StorageUnavailable, UnreadableFile
from lamm_core.exchange.formulas import defused
from lamm_core.files import written_aside

Writer = Callable[[pd.DataFrame], bytes]


def csv_text(table: pd.DataFrame) -> str:
    """The table as CSV that no spreadsheet computes anything from; `read_table` gives the exact texts back.

    Every text stands in quotes, as otherwise a lone carriage return would end its row.
    """
    safe = table.map(lambda value: defused(value) if isinstance(value, str) else value)
    return safe.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)


def _csv(table: pd.DataFrame) -> bytes:
    return csv_text(table).encode()


def _jsonl(table: pd.DataFrame) -> bytes:
    return table.to_json(orient="records", lines=True, force_ascii=False, date_format="iso").encode()


def _parquet(table: pd.DataFrame) -> bytes:
    file = io.BytesIO()
    table.to_parquet(file, index=False)
    return file.getvalue()


WRITERS: dict[str, Writer] = {".csv": _csv, ".jsonl": _jsonl, ".parquet": _parquet}


def table_bytes(table: pd.DataFrame, ending: str) -> bytes:
    """The content of a file that holds the table.

    Args:
        ending: a key of `WRITERS`, such as ".csv".

    Raises:
        UnreadableFile: the ending names no format that can be written.
    """
    return _writer(ending, ending)(table)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write aside first and rename then, so that a half-written file never bears the name.

    Raises:
        UnreadableFile: the ending names no format that can be written.
        StorageUnavailable: the file cannot be written there.
    """
    _writer(path.suffix, path.name)  # before anything is written
    try:
        with written_aside(path) as aside:
            aside.write_bytes(table_bytes(table, path.suffix))
    except OSError as error:
        reason = str(error.strerror or error).rstrip(".")
        raise StorageUnavailable(f"{str(path)!r} cannot be written: {reason}.") from error


def _writer(ending: str, title: str) -> Writer:
    writer = WRITERS.get(ending.lower())
    if writer is None:
        raise UnreadableFile(f"{title!r} is of an unknown format; use one of {', '.join(WRITERS)}.")
    return writer
