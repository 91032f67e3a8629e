"""`lamm benchmark`: strategies replayed on data whose labels are known."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lamm_core.cli.shell import console, home_of, split_list
from lamm_core.errors import StorageUnavailable
from lamm_core.records import ProjectSettings
from lamm_core.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamm_core.experiments.backtest import BacktestResult

_DEFAULTS = ProjectSettings(classes=(), targets={})


def command(
    context: typer.Context,
    tasks: Annotated[
        list[str], typer.Argument(metavar="TASK", help="catalogue-5, catalogue-7, catalogue-10, sib-14 or sample.")
    ],
    data: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the research files; sample does not need it.")
    ] = Path(),
    strategies: Annotated[
        str, typer.Option(metavar="A,B,...", help="Strategies to compare: random, lc, ea, lamm.")
    ] = "random,lc,ea,lamm",
    preparation: Annotated[
        str, typer.Option(metavar="NAME", help="What is done to embeddings before a model is fitted.")
    ] = "plain",
    uncertainty: Annotated[
        str, typer.Option(metavar="NAME", help="How texts are scored: entropy, margin or least-confidence.")
    ] = _DEFAULTS.uncertainty,
    seeds: Annotated[int, typer.Option(min=1, metavar="N", help="Replays of each strategy.")] = 10,
    labels: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Labels to spend; without it, the task's own number.")
    ] = None,
    target: Annotated[
        float | None, typer.Option(metavar="TARGET", help="Accuracy to reach, 0 to 1; without it, the task's own.")
    ] = None,
    encoder: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="builtin:use-multilingual, builtin:e5-small, or a sentence-transformers model."
        ),
    ] = _DEFAULTS.encoder,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes; without it, one for each core.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the results to a JSON file as well.")
    ] = None,
) -> None:
    """Replay strategies on labelled data, to see how many labels each needs to meet every target."""
    from lamm_core.cli.progress import counting
    from lamm_core.experiments.backtest import run_benchmark

    settings = load_settings(home_of(context))
    _make_folder(settings.home)
    if json_file is not None:
        # Before hours of work, not after them.
        _make_folder(json_file.absolute().parent)
    with counting("Embedding", "texts") as embedded, counting("Replaying", "replays") as replayed:
        results = run_benchmark(
            tasks,
            data,
            split_list([strategies]),
            seeds,
            labels,
            target,
            settings.embeddings,
            encoder,
            preparation=preparation,
            workers=workers,
            progress=replayed,
            uncertainty=uncertainty,
            embedding_progress=embedded,
        )
    _show(results)
    if json_file is not None:
        _write(results, json_file)


def _show(results: Sequence[BacktestResult]) -> None:
    from lamm_core.experiments.report import results_table

    screen = console()
    for _, of_task in groupby(results, key=lambda result: result.task):
        screen.print(results_table(list(of_task)))


def _write(results: Sequence[BacktestResult], file: Path) -> None:
    from lamm_core.experiments.report import write_results

    try:
        write_results(results, file)
    except OSError as error:
        raise StorageUnavailable(f"{str(file)!r} cannot be written: {error.strerror or error}.") from error
    typer.echo(f"Wrote {len(results)} results to {file}.", err=True)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageUnavailable(f"The folder {str(folder)!r} cannot be made: {error.strerror}.") from error
