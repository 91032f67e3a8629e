"""What a benchmark was run with, in words."""

from collections.abc import Iterable, Sequence

from lamm_core.experiments.backtest import BacktestResult
from lamm_core.experiments.environment import commit, versions
from lamm_core.model.preparation.names import full_name


def facts(results: Sequence[BacktestResult]) -> dict[str, str]:
    """Name and value of all that one needs to run it again, in the order in which it is told."""
    return {
        "Strategies": _list(result.strategy for result in results),
        "Uncertainty": _list(result.uncertainty for result in results),
        "Preparation": _list(full_name(result.preparation) for result in results),
        "Translations": _list("used" if result.translated else "not used" for result in results),
        "Encoder": _list(result.encoder or "not named" for result in results),
        "Seeds": _list(str(seed) for result in results for seed in result.seeds),
        "Versions": _list(f"{name} {number}" for name, number in versions().items()),
        "Commit": commit() or "not run from a checkout",
    }


def _list(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
