"""Table 1 of the paper: what each language has of the pool and gets of the labels, and how well it does."""

from collections.abc import Mapping, Sequence

import pandas as pd

from lamm_core.exchange.formats.separated import csv_text
from lamm_core.experiments.backtest import BacktestResult
from lamm_core.experiments.environment import commit, versions
from lamm_core.experiments.label_cut import hrl_label_cut
from lamm_core.experiments.spread import spread
from lamm_core.experiments.targets import Target


def table_one(results: Sequence[BacktestResult]) -> pd.DataFrame:
    """One row a result, numbers in full.

    Args:
        results: results of one run; tasks need not have the same languages.

    Returns:
        Columns `task`, `strategy`, `preparation`, `uncertainty`, `translated` (yes or no), `target`, `labels`; the
        summary `hrl`, `lrl`, `mean`, `ltt`, `deficit` with `_se` (for `ltt` the quartiles `ltt_q1` and `ltt_q3`) and
        `hrl_label_cut`; then for each language `D`, its share of the pool, `L`, its share of the labels, `A`, its area
        under the accuracy curve, and `A_se`, its standard error, as in `D en`; last what was run with: `seeds`,
        `encoder`, `commit` and versions. What cannot be known is missing (None, or NaN as pandas has it).
    """
    languages = list(dict.fromkeys(language for result in results for language in result.languages))
    return pd.DataFrame([_row(result, results, languages) for result in results])


def to_csv(results: Sequence[BacktestResult]) -> str:
    """The table as CSV: numbers in full, infinity as `inf`, an empty cell for what cannot be known, and no formulas."""
    return csv_text(table_one(results))


def _target(target: Target) -> float | str:
    """One cell: a number, or `en=0.9 fr=0.85` where languages differ."""
    if not isinstance(target, Mapping):
        return target
    return " ".join(f"{language}={value:g}" for language, value in target.items())


def _row(result: BacktestResult, results: Sequence[BacktestResult], languages: Sequence[str]) -> dict[str, object]:
    error = spread(result)
    low, high = error.ltt or (None, None)
    row: dict[str, object] = {
        "task": result.task,
        "strategy": result.strategy,
        "preparation": result.preparation,
        "uncertainty": result.uncertainty,
        "translated": "yes" if result.translated else "no",
        "target": _target(result.target),
        "labels": result.labels[-1],
        "hrl": result.hrl,
        "hrl_se": error.hrl,
        "lrl": result.lrl,
        "lrl_se": error.lrl,
        "mean": result.mean,
        "mean_se": error.mean,
        "ltt": result.ltt,
        "ltt_q1": low,
        "ltt_q3": high,
        "deficit": result.deficit,
        "deficit_se": error.deficit,
        "hrl_label_cut": hrl_label_cut(result, results),
    }
    label_share, auc = result.label_share, result.auc
    for language in languages:
        row[f"D {language}"] = result.pool_share.get(language)
        row[f"L {language}"] = label_share.get(language)
        row[f"A {language}"] = auc.get(language)
        row[f"A_se {language}"] = error.auc.get(language)
    seeds = " ".join(str(seed) for seed in result.seeds)
    return row | {"seeds": seeds, "encoder": result.encoder, "commit": commit()} | versions()
