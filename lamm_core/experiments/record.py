"""Results of a benchmark as plain values, and as JSON."""

import json
import math
from collections.abc import Mapping, Sequence

from lamm_core.experiments.backtest import BacktestResult
from lamm_core.experiments.environment import commit, versions
from lamm_core.experiments.label_cut import hrl_label_cut
from lamm_core.experiments.spread import spread


def as_record(result: BacktestResult, results: Sequence[BacktestResult] = ()) -> dict[str, object]:
    """One result as plain values, with the keys of the JSON file; `seeds` is their number.

    Args:
        result: the result.
        results: all results of the run, among which the label cut finds its reference.
    """
    error = spread(result)
    return {
        "task": result.task,
        "strategy": result.strategy,
        "uncertainty": result.uncertainty,
        "preparation": result.preparation,
        "translated": result.translated,
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
        "auc_se": error.auc,
        "hrl_se": error.hrl,
        "lrl_se": error.lrl,
        "mean_se": error.mean,
        "ltt_quartiles": error.ltt,
        "deficit_se": error.deficit,
        "hrl_label_cut": hrl_label_cut(result, results),
        "seed_list": [int(seed) for seed in result.seeds],
        "versions": versions(),
        "commit": commit(),
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


def results_json(results: Sequence[BacktestResult]) -> str:
    """The JSON file: a list, one object a result and line."""
    lines = ",\n".join(to_json(as_record(result, results)) for result in results)
    return f"[\n{lines}\n]\n"
