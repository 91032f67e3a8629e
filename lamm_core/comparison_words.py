"""What a comparison says, in words: the same on the page and on the command line."""

from lamm_core.comparison import Compared, Difference
from lamm_core.enough_labels import left_out_sentence

YARDSTICK = "random"
HOW_TO_READ = (
    "A replay can only choose among the texts that are labelled already, and the project's own strategy has chosen "
    "those: this shows how strategies would have fared among them, not on the whole pool."
)
SAME_ITEMS = "The same check items steer each replay and measure it, so that all accuracies are a little flattering."


def headline(compared: Compared) -> str:
    """The own strategy against random choice, or against the first other strategy, in one or two sentences."""
    against = {each.strategy: each for each in compared.differences}
    if not against:
        return f"With {compared.own.name}: {_accuracy(compared, compared.own.name)} {_when(compared)}."
    return verdict(compared, against.get(YARDSTICK, compared.differences[0]))


def verdict(compared: Compared, found: Difference) -> str:
    """The own strategy against another one."""
    own, other = _accuracy(compared, compared.own.name), _accuracy(compared, found.strategy)
    if not found.shown:
        return (
            f"Between {compared.own.name} and {found.strategy} there is no difference that these labels can show: "
            f"{own} and {other} {_when(compared)}. Over the whole replay the difference is "
            f"{interval(found)} points."
        )
    if found.area > 0:
        more = _more(found)
        return (
            f"With {found.strategy} you would be here: {other} {_when(compared)} instead of {own}. "
            f"To get there, {found.strategy} needs {more}."
        )
    return (
        f"With {found.strategy} you would be further: {other} {_when(compared)} instead of {own}. "
        f"To get there, {compared.own.name} needs {_more(found)}."
    )


def short_verdict(found: Difference) -> str:
    """The difference for a table, such as "needs 40 to 120 more labels"."""
    if not found.shown:
        return "no difference shown"
    return f"{'worse: needs' if found.area > 0 else 'better: yours needs'} {_more(found)}"


def interval(found: Difference) -> str:
    """How much better the own strategy is, in points of mean accuracy, such as "+1.2 (−0.3 to +2.7)"."""
    area, low, high = (f"{100 * each:+.1f}".replace("-", "−") for each in (found.area, found.low, found.high))
    return f"{area} ({low} to {high})"


def notes(compared: Compared) -> list[str]:
    """What a reader should know before trusting the figures."""
    left_out = left_out_sentence(compared.left_out)
    return [HOW_TO_READ, SAME_ITEMS, *([left_out] if left_out else [])]


def _accuracy(compared: Compared, strategy: str) -> str:
    return f"{compared.strategy(strategy).mean.accuracy[compared.point]:.1%}"


def _when(compared: Compared) -> str:
    return f"on average after {compared.labels_at_point:,} labels"


def _more(found: Difference) -> str:
    """A number of labels, in round numbers: the interval is no more exact than that."""
    if found.more_labels is None:
        return "more labels"
    low, high = found.more_labels
    if high is None:
        return f"at least {_rounded(low)} more labels" if _rounded(low) else "more labels than there are here"
    if not _rounded(low):
        return f"up to {_rounded(high):,} more labels" if _rounded(high) else "fewer than 5 more labels"
    if _rounded(low) == _rounded(high):
        return f"about {_rounded(low):,} more labels"
    return f"{_rounded(low):,} to {_rounded(high):,} more labels"


def _rounded(labels: float) -> int:
    step = 10 if labels >= 50 else 5
    return step * round(labels / step)
