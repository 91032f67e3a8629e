"""How far the figures of a result lie apart over its seeds; None where one seed alone cannot say."""

from dataclasses import dataclass

from lamm_core.experiments import figures
from lamm_core.experiments.backtest import BacktestResult


@dataclass(frozen=True)
class Spread:
    """Standard errors over seeds of the figures of one result, in the units of the figures.

    Attributes:
        auc: language to the standard error of its area.
        hrl, lrl, mean, deficit: standard errors of the summary figures.
        ltt: first and third quartile of the labels to target, as a median goes with quartiles.
    """

    auc: dict[str, float | None]
    hrl: float | None
    lrl: float | None
    mean: float | None
    deficit: float | None
    ltt: tuple[float, float] | None


def spread(result: BacktestResult) -> Spread:
    """The standard errors of a result: each figure once for every seed, then their spread."""
    areas = figures.auc_of_seeds(result.curves)
    of_seeds = [dict(zip(result.languages, area.tolist(), strict=True)) for area in areas]
    return Spread(
        auc={name: figures.standard_error(areas[:, place]) for place, name in enumerate(result.languages)},
        hrl=figures.standard_error([figures.hrl(each, result.pool_share) for each in of_seeds]),
        lrl=figures.standard_error([figures.lrl(each, result.pool_share) for each in of_seeds]),
        mean=figures.standard_error([figures.mean(each) for each in of_seeds]),
        deficit=figures.standard_error(figures.deficit_of_seeds(result.curves, result.targets)),
        ltt=figures.ltt_quartiles(result.curves, result.labels, result.targets),
    )
