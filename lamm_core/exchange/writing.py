"""Write a table to a file of the format its ending names, whole or not at all."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pandas as pd

from lamm_core.errors import StorageUnavailable, UnreadableFile

Writer = Callable[[pd.DataFrame, Path], None]


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n")


def _write_jsonl(table: pd.DataFrame, path: Path) -> None:
    table.to_json(path, orient="records", lines=True, force_ascii=False, date_format="iso")


def _write_parquet(table: pd.DataFrame, path: Path) -> None:
    table.to_parquet(path, index=False)


WRITERS: dict[str, Writer] = {".csv": _write_csv, ".jsonl": _write_jsonl, ".parquet": _write_parquet}


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write aside first and rename then, so that a half-written file never bears the name.

    Raises:
        UnreadableFile: the ending names no format that can be written.
        StorageUnavailable: the file cannot be written there.
    """
    writer = WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UnreadableFile(f"{path.name!r} is of an unknown format; use one of {', '.join(WRITERS)}.")
    aside = path.with_name(f".{path.name}.part")
    try:
        writer(table, aside)
        aside.replace(path)
    except OSError as error:
        reason = str(error.strerror or error).rstrip(".")
        raise StorageUnavailable(f"{str(path)!r} cannot be written: {reason}.") from error
    finally:
        with suppress(OSError):  # there is none after a success, and no folder after some failures
            aside.unlink()
