"""`lamm benchmark`: strategies replayed on data whose labels are known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lamm_core.cli.benchmark_output import check_writable, make_folder, print_results, show_results, write_results
from lamm_core.cli.json_output import AsJson
from lamm_core.cli.shell import home_of, split_list
from lamm_core.records import ProjectSettings
from lamm_core.settings import load_settings

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
        str,
        typer.Option(
            metavar="A,B,...",
            help="Strategies to compare: foresight (default), lamm, ea, lc, random, per-language, or parts joined "
            "by +: lamm+margin.",
        ),
    ] = "random,lc,ea,lamm",
    preparation: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="What is done to embeddings before a model is fitted: plain, default, or some of "
            "centre,lexical,smooth. Given several times, each is run.",
        ),
    ] = None,
    translate: Annotated[
        bool,
        typer.Option(
            "--translate",
            metavar="",
            help="Also learn from the data's own translations of every labelled text, each with a weight of "
            f"{_DEFAULTS.translation_weight:g}.",
        ),
    ] = False,
    uncertainty: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="How texts are scored: entropy, margin, least-confidence, ratio or gibbs-error."
        ),
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
        Path | None, typer.Option("--json-file", metavar="FILE", help="Write the results to a JSON file as well.")
    ] = None,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the table to a CSV file as well.")
    ] = None,
    png_file: Annotated[
        Path | None, typer.Option("--png", metavar="FILE", help="Draw table and curves into a PNG file as well.")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a report with curves, one HTML file, as well.")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", metavar="", help="Run every replay, also those kept from an earlier run.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Replay strategies on labelled data, to see how many labels each needs to meet every target.

    Every finished replay is kept: the same command, given again after an interruption, runs only the rest.
    """
    from lamm_core.cli.progress import counting
    from lamm_core.experiments.backtest import run_benchmark
    from lamm_core.experiments.kept_replays import KeptReplays
    from lamm_core.model.preparation.names import PLAIN

    settings = load_settings(home_of(context))
    make_folder(settings.home)
    files = {
        kind: file
        for kind, file in (("json", json_file), ("csv", csv_file), ("png", png_file), ("html", html_file))
        if file is not None
    }
    for file in files.values():
        check_writable(file)  # before hours of work, not after them
    kept = KeptReplays(settings.home / "benchmarks", fresh=fresh)
    with (
        counting("Embedding", "texts") as embedded,
        counting("Replaying", "replays", lambda: f", {kept.taken:,} of them kept" if kept.taken else "") as replayed,
    ):
        results = run_benchmark(
            tasks,
            data,
            split_list([strategies]),
            seeds,
            labels,
            target,
            settings.embeddings,
            encoder,
            preparation=preparation or PLAIN,
            workers=workers,
            progress=replayed,
            uncertainty=uncertainty,
            embedding_progress=embedded,
            kept=kept,
            translation_weight=_DEFAULTS.translation_weight if translate else 0.0,
        )
    if as_json:
        print_results(results)
    else:
        show_results(results)
    for kind, file in files.items():
        write_results(results, kind, file)
