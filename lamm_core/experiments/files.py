"""The files of a benchmark, by kind: each is there whole or not at all."""

from collections.abc import Callable, Sequence
from pathlib import Path

from lamm_core.experiments.backtest import BacktestResult
from lamm_core.experiments.html_report import html_report
from lamm_core.experiments.picture import write_picture
from lamm_core.experiments.record import results_json
from lamm_core.experiments.table_one import to_csv
from lamm_core.files import written_aside

Writer = Callable[[Sequence[BacktestResult], Path], None]


def _as_text(made: Callable[[Sequence[BacktestResult]], str]) -> Writer:
    def write(results: Sequence[BacktestResult], path: Path) -> None:
        path.write_text(made(results), "utf-8", newline="\n")

    return write


WRITERS: dict[str, Writer] = {
    "json": _as_text(results_json),
    "csv": _as_text(to_csv),
    "png": write_picture,
    "html": _as_text(html_report),
}


def write_file(results: Sequence[BacktestResult], kind: str, path: Path) -> None:
    """Write results as a file of one kind; the folder is made where it is missing.

    Args:
        results: results of one run, at least one.
        kind: a name in `WRITERS`.
        path: the file; one that is there already is replaced at the end.

    Raises:
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as aside:
        WRITERS[kind](results, aside)
