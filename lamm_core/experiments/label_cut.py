"""How many labels of the largest language a strategy saves."""

from collections.abc import Sequence

from lamm_core.experiments import figures
from lamm_core.experiments.backtest import BacktestResult

# The paper cuts labels against Least Confidence; where that was not run, choice by chance is the yardstick.
REFERENCES = ("lc", "random")


def hrl_label_cut(result: BacktestResult, results: Sequence[BacktestResult]) -> float | None:
    """Share of the labels of the high-resource language that a result saves against its reference, mean over seeds.

    Args:
        result: the result to compare.
        results: results among which the reference is looked for: the same task and preparation, with translations or
            without as well, `lc`, or else `random`.

    Returns:
        1 for no labels at all, 0 for as many, negative for more than the reference. None without a reference, and
        where several languages share the first place in the pool.
    """
    high = figures.high_resource_language(result.pool_share)
    other = _reference(result, results)
    if high is None or other is None:
        return None
    return figures.label_cut(_labels_on(high, result), _labels_on(high, other))


def _reference(result: BacktestResult, results: Sequence[BacktestResult]) -> BacktestResult | None:
    by_name = {each.strategy: each for each in results if _setting(each) == _setting(result)}
    return next((by_name[name] for name in REFERENCES if name in by_name), None)


def _setting(result: BacktestResult) -> tuple[str, str, bool]:
    return result.task, result.preparation, result.translated


def _labels_on(language: str, result: BacktestResult) -> float:
    return float(result.label_counts[:, result.languages.index(language)].mean())
