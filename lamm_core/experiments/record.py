"""Results of a benchmark as plain values, and as JSON."""

import json
from collections.abc import Sequence

from lamm_core.experiments.backtest import BacktestResult
from lamm_core.experiments.environment import commit, versions
from lamm_core.experiments.label_cut import hrl_label_cut
from lamm_core.experiments.spread import spread
from lamm_core.json_values import json_value


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


def results_json(results: Sequence[BacktestResult]) -> str:
    """The JSON file: a list, one object a result and line; what is never reached is null.

    Raises:
        ValueError: a figure is not a number (NaN).
    """
    records = (json_value(as_record(result, results)) for result in results)
    lines = ",\n".join(json.dumps(each, ensure_ascii=False, allow_nan=False) for each in records)
    return f"[\n{lines}\n]\n"
