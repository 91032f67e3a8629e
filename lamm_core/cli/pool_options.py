"""What commands about a pool outside the project share: options, and the engine that they open."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from lamm_core.outside_pool.engine import Engine
    from lamm_core.outside_pool.files import PoolFiles

_PANEL = "A pool outside the project"
Pool = Annotated[
    str | None,
    typer.Option(
        "--pool",
        metavar="URL",
        help="Folder or pattern of Parquet files with id, text and language: a path, s3://… or any fsspec address.",
        rich_help_panel=_PANEL,
    ),
]
Embeddings = Annotated[
    str | None,
    typer.Option(
        "--embeddings",
        metavar="URL",
        help="Where its embeddings are; without it, beside the pool.",
        rich_help_panel=_PANEL,
    ),
]
Precision = Annotated[
    str,
    typer.Option(
        "--precision",
        metavar="half|single",
        help="How its embeddings are kept: 2 or 4 bytes a number.",
        rich_help_panel=_PANEL,
    ),
]
EngineName = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="local|ray",
        help="Who works: processes of this machine, or a Ray cluster.",
        rich_help_panel=_PANEL,
    ),
]
Address = Annotated[
    str | None,
    typer.Option(
        "--address",
        metavar="ADDRESS",
        help="Address of the Ray cluster, such as auto; without it, one is started on this machine.",
        rich_help_panel=_PANEL,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        metavar="N",
        help="How many parts are worked on at a time; without it, as many as there are cores.",
        rich_help_panel=_PANEL,
    ),
]
IdColumn = Annotated[
    str, typer.Option("--id-column", metavar="COLUMN", help="Column of the id.", rich_help_panel=_PANEL)
]
TextColumn = Annotated[
    str, typer.Option("--text-column", metavar="COLUMN", help="Column of the text.", rich_help_panel=_PANEL)
]
LanguageColumn = Annotated[
    str, typer.Option("--language-column", metavar="COLUMN", help="Column of the language.", rich_help_panel=_PANEL)
]


def open_pool(url: str, id_column: str, text_column: str, language_column: str) -> PoolFiles:
    """The pool that the options name."""
    from lamm_core.outside_pool.files import Columns, PoolFiles

    return PoolFiles.open(url, Columns(id_column, text_column, language_column))


@contextmanager
def working_engine(name: str, address: str | None, workers: int | None) -> Iterator[Engine]:
    """The engine that the options name. What it says to standard output is dropped: that is where answers go."""
    from lamm_core.outside_pool.engine import open_engine

    with redirect_stdout(io.StringIO()), open_engine(name, address, workers) as engine:
        yield engine
