"""Parquet."""

import io
from collections.abc import Iterator
from typing import BinaryIO

import pandas as pd

from lamm_core.bounded import parquet_batches
from lamm_core.exchange.arrow import texts_of
from lamm_core.exchange.format import About, Chunk, Format
from lamm_core.words import marked


def _read(file: BinaryIO) -> Iterator[Chunk]:
    row = 0
    for batch, done in parquet_batches(file):
        table = texts_of(batch)
        yield Chunk(table, range(row + 1, row + len(table) + 1), done=done)
        row += len(table)


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
