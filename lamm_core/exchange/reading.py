"""Read a file into a table of texts, whatever its format."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

import pandas as pd

from lamm_core.bounded import MAX_LINE, check_cells, lines, read_parquet, read_separated
from lamm_core.errors import UnreadableFile
from lamm_core.exchange.formulas import restored
from lamm_core.words import translate as _

Reader = Callable[[BinaryIO], pd.DataFrame]
_SPREADSHEETS = (".csv", ".tsv")


def _read_csv(file: BinaryIO) -> pd.DataFrame:
    # Spreadsheets write semicolons where the comma separates decimals.
    header = file.readline(MAX_LINE)
    return read_separated(file, ";" if b";" in header and b"," not in header else ",")


def _read_tsv(file: BinaryIO) -> pd.DataFrame:
    return read_separated(file, "\t")


def _read_jsonl(file: BinaryIO) -> pd.DataFrame:
    # Line by line and without types: the reader of pandas turns whole numbers next to gaps into 7.0.
    records: list[dict[str, str | None]] = []
    columns: set[str] = set()
    for number, line in enumerate(lines(file), 1):
        if line.strip():
            records.append({key: _as_text(value) for key, value in _json_object(number, line).items()})
            columns.update(records[-1])
            check_cells(len(records), len(columns))
    return pd.DataFrame(records, dtype=object)


def _json_object(number: int, line: str) -> dict[str, object]:
    try:
        record = json.loads(line)
    except RecursionError:
        raise ValueError(_("line {line} is nested too deep", line=number)) from None
    except ValueError as error:
        raise ValueError(_("line {line} is not JSON", line=number)) from error
    if not isinstance(record, dict):
        raise ValueError(_("line {line} is not an object", line=number))  # noqa: TRY004 - the file is wrong, not a type
    return record


READERS: dict[str, Reader] = {
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".jsonl": _read_jsonl,
    ".parquet": read_parquet,
}


def read_table(file: Path | BinaryIO, name: str | None = None) -> pd.DataFrame:
    """Read a table; every cell becomes a text or is missing.

    Args:
        file: a path, or an open binary file together with its name.
        name: file name whose ending tells the format; None takes the path's.

    Returns:
        One row for each item, columns as named in the file.

    Raises:
        UnreadableFile: the file is missing, empty, too large, of an unknown format or not what its ending says.
    """
    title = name or (Path(file).name if isinstance(file, str | Path) else "")
    ending = Path(title).suffix.lower()
    reader = READERS.get(ending)
    if reader is None:
        raise UnreadableFile(
            _("{file!r} is of an unknown format; use one of {formats}.", file=title, formats=", ".join(READERS))
        )
    table = _read(reader, file, title)
    if table.empty:
        raise UnreadableFile(_("{file!r} holds no rows.", file=title))
    table.columns = [str(column).strip() for column in table.columns]
    repeated = sorted(set(table.columns[table.columns.duplicated()]))
    if repeated:
        raise UnreadableFile(_("{file!r} has more than one column named {column!r}.", file=title, column=repeated[0]))
    text_of = _as_text_of_spreadsheet if ending in _SPREADSHEETS else _as_text
    # Built column by column as objects: a text column of pandas would turn None into NaN.
    return pd.DataFrame(
        {column: pd.Series([text_of(value) for value in table[column]], dtype=object) for column in table.columns}
    )


def _read(reader: Reader, file: Path | BinaryIO, title: str) -> pd.DataFrame:
    try:
        if isinstance(file, str | Path):
            with Path(file).open("rb") as opened:
                return reader(opened)
        return reader(file)
    except FileNotFoundError:
        raise UnreadableFile(_("There is no file {file!r}.", file=str(file))) from None
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            _("{file!r} is not UTF-8 text (byte {place}); save it as UTF-8.", file=title, place=error.start)
        ) from error
    except pd.errors.EmptyDataError:
        raise UnreadableFile(_("{file!r} is empty.", file=title)) from None
    except (ValueError, OSError) as error:  # parsers of pandas and pyarrow raise subclasses of these two
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
        kind = Path(title).suffix[1:]
        raise UnreadableFile(
            _("{file!r} cannot be read as {format}: {reason}.", file=title, format=kind, reason=reason)
        ) from error


def _as_text(value: object) -> str | None:
    if value is None or (pd.api.types.is_scalar(value) and bool(pd.isna(cast("float", value)))):
        return None
    # A column of whole numbers with a gap in it arrives as 7.0.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    return text or None


def _as_text_of_spreadsheet(value: object) -> str | None:
    text = _as_text(value)
    return None if text is None else restored(text)
