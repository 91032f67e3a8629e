"""Parquet."""

import io
from collections.abc import Iterator
from typing import BinaryIO

import pandas as pd

from lamm_core.bounded import read_parquet
from lamm_core.exchange.cells import as_texts
from lamm_core.exchange.format import About, Chunk, Format
from lamm_core.words import marked


def _read(file: BinaryIO) -> Iterator[Chunk]:
    table = as_texts(read_parquet(file))
    yield Chunk(table, range(1, len(table) + 1))


def _write(table: pd.DataFrame, _about: About) -> bytes:
    file = io.BytesIO()
    table.to_parquet(file, index=False)
    return file.getvalue()


PARQUET = Format(
    "parquet",
    "Parquet",
    (".parquet",),
    _read,
    _write,
    used_by=marked("For pandas, DuckDB and the like: small, fast, and with types."),
)
