"""Results of a benchmark as a JSON file and as a table for the terminal."""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.table import Table

from lamm_core.experiments.backtest import BacktestResult
from lamm_core.files import written_aside


def as_record(result: BacktestResult) -> dict[str, object]:
    """One result as plain values, with the keys of the JSON file; `seeds` is their number."""
    return {
        "task": result.task,
        "strategy": result.strategy,
        "uncertainty": result.uncertainty,
        "preparation": result.preparation,
        "encoder": result.encoder,
        "target": result.target,
        "seeds": len(result.seeds),
        "labels": list(result.labels),
        "accuracy": result.accuracy,
        "auc": result.auc,
        "label_share": result.label_share,
        "pool_share": result.pool_share,
        "hrl": result.hrl,
        "lrl": result.lrl,
        "mean": result.mean,
        "ltt": result.ltt,
        "deficit": result.deficit,
        "seconds": result.seconds,
    }


def to_json(value: object) -> str:
    """Plain values as valid JSON. Infinity is written as 1e999: readers take it for infinity or their largest number.

    Raises:
        ValueError: a number is not a number (NaN).
    """
    if isinstance(value, float) and math.isinf(value):
        return "1e999" if value > 0 else "-1e999"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {to_json(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(to_json(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def write_results(results: Sequence[BacktestResult], path: Path) -> None:
    """Write a JSON list, one object a strategy and line; aside first, so that no half-written file bears the name."""
    lines = ",\n".join(to_json(as_record(result)) for result in results)
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as aside:
        aside.write_text(f"[\n{lines}\n]\n", "utf-8")


def results_table(results: Sequence[BacktestResult]) -> Table:
    """One row a strategy of one task: LRL, HRL, LTT, deficit, then area and label share of each language.

    Args:
        results: results of one task, all in the same languages.
    """
    table = Table(title=_title(results))
    table.add_column("strategy", no_wrap=True)
    for heading in ("LRL", "HRL", "LTT", "deficit"):
        table.add_column(heading, justify="right")
    languages = results[0].languages if results else ()
    for language in languages:
        table.add_column(f"{language}\nlabels", justify="right")
    for result in results:
        table.add_row(
            result.strategy,
            f"{result.lrl:.3f}",
            f"{result.hrl:.3f}",
            "never" if math.isinf(result.ltt) else f"{result.ltt:,.0f}",
            f"{result.deficit:.1f}",
            *(f"{result.auc[language]:.3f}\n{result.label_share[language]:.0%}" for language in languages),
        )
    return table


def _title(results: Sequence[BacktestResult]) -> str:
    if not results:
        return "No results"
    first = results[0]
    return f"{first.task}: target {first.target:.2f}, {first.labels[-1]:,} labels, {len(first.seeds)} seed(s)"
