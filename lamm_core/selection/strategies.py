"""Named strategies. A strategy is data: how items are scored, and how the budget is split over languages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lamm_core.errors import UnknownStrategy
from lamm_core.selection.weights import equal_weights, language_weights

Weighting = Callable[[Mapping[str, float], Mapping[str, float]], dict[str, float]]


@dataclass(frozen=True)
class Strategy:
    """One way to choose a batch.

    Attributes:
        name: the name used in settings, on the command line and in results.
        summary: one sentence for a manager.
        weighting: function `(accuracy, targets) -> weights` that splits the budget over languages; None chooses
            from the whole pool at once.
        random_scores: score items by chance instead of by uncertainty.
    """

    name: str
    summary: str
    weighting: Weighting | None = None
    random_scores: bool = False


STRATEGIES: dict[str, Strategy] = {
    strategy.name: strategy
    for strategy in (
        Strategy(
            "lamm",
            "Most labels to the languages furthest from their target, most uncertain texts first.",
            language_weights,
        ),
        Strategy("ea", "The same number of labels to every language, most uncertain texts first.", equal_weights),
        Strategy("lc", "The most uncertain texts of the whole pool, whatever their language."),
        Strategy("random", "Texts by chance; the yardstick for the others.", random_scores=True),
    )
}


def find_strategy(strategy: str | Strategy) -> Strategy:
    """The registered strategy of that name, or the strategy itself.

    Raises:
        UnknownStrategy: no strategy is registered under the name.
    """
    if isinstance(strategy, Strategy):
        return strategy
    try:
        return STRATEGIES[strategy]
    except KeyError:
        known = ", ".join(sorted(STRATEGIES))
        raise UnknownStrategy(f"Unknown strategy {strategy!r}; choose one of: {known}.") from None
