"""`lamm round`: one round, in the foreground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli import pool_options
from lamm_core.cli.json_output import AsJson, print_json
from lamm_core.cli.shell import INTERRUPTED, command_line, complain, console, open_data

if TYPE_CHECKING:
    from lamm_core.outside_pool.embedding_file import EmbeddingPlace
    from lamm_core.outside_pool.engine import Engine
    from lamm_core.outside_pool.files import PoolFiles
    from lamm_core.records import Project, Round
    from lamm_core.workflow.heartbeat import Report
    from lamm_core.workflow.status import ProjectStatus
    from lamm_core.workflow.workspace import Workspace


def command(
    context: typer.Context,
    project: Annotated[str, typer.Argument(metavar="PROJECT", help="Name of the project.")],
    pool: pool_options.Pool = None,
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
    """Run one round: embed, fit, measure, and choose the next batch.

    Texts that have no embedding yet get one, a model is fitted on all labels, its accuracy in each language is measured
    on check texts, and the texts are chosen whose labels help most. The app starts rounds by itself.

    With --pool the batch comes from files outside the database, which lamm embed has seen; what is chosen comes in.
    """
    from lamm_core.workflow.projects import get_project

    with open_data(context) as workspace:
        target = get_project(workspace, project)
        source = None if pool is None else pool_options.open_pool(pool, id_column, text_column, language_column)

        # Only now, since they take seconds to import: a wrong name is answered at once.
        from lamm_core.cli.progress import staged
        from lamm_core.cli.status_record import whole_status_record
        from lamm_core.workflow.status import project_status

        try:
            with staged() as report:
                if source is None:
                    done = _own_round(workspace, target, report)
                else:
                    with pool_options.working_engine(engine, address, workers) as working:
                        place = _place_of(source, embeddings, target, precision)
                        done = _outside_round(workspace, target, source, place, working, report)
        except KeyboardInterrupt as error:
            complain(f"Interrupted; run the round again with: {command_line('lamm', 'round', target.name)}")
            raise typer.Exit(INTERRUPTED) from error
        status = project_status(workspace, target)
        if as_json:
            more = {"fitted": _has_fitted(done, status), "chosen": _chosen(status)}
            print_json(whole_status_record(workspace, status) | more)
            return
    _show(done, status)


def _own_round(workspace: Workspace, project: Project, report: Report) -> Round:
    from lamm_core.workflow.rounds import run_round

    return run_round(workspace, project, report)


def _place_of(pool: PoolFiles, embeddings: str | None, project: Project, precision: str) -> EmbeddingPlace:
    from lamm_core.outside_pool.embedding_file import EmbeddingPlace

    return EmbeddingPlace(embeddings or pool.default_embeddings, project.settings.encoder, precision)


def _outside_round(
    workspace: Workspace, project: Project, pool: PoolFiles, place: EmbeddingPlace, engine: Engine, report: Report
) -> Round:
    from lamm_core.workflow.outside_rounds import run_outside_round

    return run_outside_round(workspace, project, pool, place, engine, report)


def _show(done: Round, status: ProjectStatus) -> None:
    from lamm_core.cli.status_text import round_table
    from lamm_core.workflow.headline import headline

    console().print(round_table(status))
    typer.echo(_outcome(done, status))
    typer.echo(headline(status))


def _has_fitted(done: Round, status: ProjectStatus) -> bool:
    """Whether the round has a model of its own; without one, an older model may serve."""
    return status.model is not None and status.model.round_id == done.id


def _chosen(status: ProjectStatus) -> int:
    """Texts that the newest round chose to be labelled."""
    return sum(each.quota for each in status.languages)


def _outcome(done: Round, status: ProjectStatus) -> str:
    chosen = _chosen(status)
    learnt = (
        f"learnt from {done.labels:,} labels"
        if _has_fitted(done, status)
        else f"fitted no model ({done.labels:,} labels are too few, or all of one class)"
    )
    if chosen:
        return f"Round {done.number} {learnt} and chose {chosen:,} texts to label next."
    if not status.pool:
        return f"Round {done.number} {learnt} and found no texts; bring some in with: lamm import"
    return f"Round {done.number} {learnt} and chose no texts: {_why_none(status)}."


def _why_none(status: ProjectStatus) -> str:
    waiting = status.progress.open
    return f"{waiting:,} wait in the batch already" if waiting else "none are left in the pool"
