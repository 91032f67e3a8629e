"""`lamm embed`: the embeddings of a project's texts, or of a pool outside it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli import pool_options
from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import INTERRUPTED, complain, open_data

if TYPE_CHECKING:
    from lamm_core.outside_pool.embedding import EmbeddedPool
    from lamm_core.outside_pool.embedding_file import EmbeddingPlace
    from lamm_core.outside_pool.files import PoolFiles


def command(
    context: typer.Context,
    project: Annotated[
        str | None,
        typer.Argument(
            metavar="PROJECT", help="Name of the project; with --pool, its encoder is taken.", show_default=False
        ),
    ] = None,
    pool: pool_options.Pool = None,
    encoder: Annotated[
        str | None, typer.Option(metavar="NAME", help="Encoder for a pool, where no project has one.")
    ] = None,
    embeddings: pool_options.Embeddings = None,
    precision: pool_options.Precision = "half",
    id_column: pool_options.IdColumn = "id",
    text_column: pool_options.TextColumn = "text",
    language_column: pool_options.LanguageColumn = "language",
    engine: pool_options.EngineName = "local",
    address: pool_options.Address = None,
    workers: pool_options.Workers = None,
    as_json: AsJson = False,
) -> None:
    """Embed the texts of a project that have no embedding yet, or those of a pool outside it.

    A pool stays where it is, and its embeddings are written beside it, each file's into one file. What is done stays:
    the same command goes on where it was interrupted.
    """
    if pool is None:
        if project is None:
            raise typer.BadParameter("name a project, or a pool with --pool")
        _embed_project(context, project, as_json=as_json)
        return
    if project is not None and encoder is not None:
        raise typer.BadParameter("give a project or --encoder, not both")
    name = _encoder_of(context, project) if project is not None else encoder

    from lamm_core.model.encoders import DEFAULT_ENCODER
    from lamm_core.outside_pool.embedding_file import EmbeddingPlace

    found = pool_options.open_pool(pool, id_column, text_column, language_column)
    place = EmbeddingPlace(embeddings or found.default_embeddings, name or DEFAULT_ENCODER, precision)
    began = time.perf_counter()
    try:
        done = _embed_pool(found, place, engine, address, workers)
    except KeyboardInterrupt as error:
        complain("Interrupted; what is done stays, and the same command goes on from there.")
        raise typer.Exit(INTERRUPTED) from error
    _tell(found, place, done, time.perf_counter() - began, as_json=as_json)


def _embed_project(context: typer.Context, name: str, *, as_json: bool) -> None:
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        project = get_project(workspace, name)

        # Only now, since they take seconds to import: a wrong name is answered at once.
        from lamm_core.cli.progress import counting
        from lamm_core.workflow.importing import embed_project

        with counting("Embedding", "texts") as report:
            embedded = embed_project(workspace, project, report)
    if as_json:
        print_json({"project": name, "encoder": project.settings.encoder, "embedded": embedded})
    else:
        typer.echo(f"Embedded {embedded:,} texts." if embedded else "All texts were embedded already.")


def _encoder_of(context: typer.Context, project: str) -> str:
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        return get_project(workspace, project).settings.encoder


def _embed_pool(
    pool: PoolFiles, place: EmbeddingPlace, engine: str, address: str | None, workers: int | None
) -> EmbeddedPool:
    from lamm_core.cli.progress import counting
    from lamm_core.outside_pool.embedding import embed_pool

    done = 0

    def note() -> str:
        return f", {done:,} of {len(pool.parts):,} files"

    with pool_options.working_engine(engine, address, workers) as working, counting("Embedding", "texts", note) as say:

        def report(so_far: EmbeddedPool) -> None:
            nonlocal done
            done = so_far.parts
            say(so_far.rows, pool.rows)

        return embed_pool(pool, place, working, report)


def _tell(pool: PoolFiles, place: EmbeddingPlace, done: EmbeddedPool, seconds: float, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "pool": pool.url,
                "embeddings": place.url,
                "encoder": place.encoder,
                "precision": place.precision,
                "files": done.parts,
                "texts": done.rows,
                "embedded_files": done.computed_parts,
                "embedded": done.computed,
                "languages": done.languages,
                "seconds": seconds,
            }
        )
        return
    there = done.parts - done.computed_parts
    already = f" {there:,} files were embedded already." if there else ""
    typer.echo(f"Embedded {done.computed:,} texts of {done.computed_parts:,} files into {place.url}.{already}")
