"""What a comparison says, in words: the same on the page and on the command line."""

from lamm_core.comparison import Compared, Difference
from lamm_core.enough_labels import left_out_sentence
from lamm_core.words import marked, number
from lamm_core.words import translate as _

YARDSTICK = "random"
HOW_TO_READ = marked(
    "A replay can only choose among the texts that are labelled already, and the project's own strategy has chosen "
    "those: this shows how strategies would have fared among them, not on the whole pool."
)
SAME_ITEMS = marked(
    "The same check items steer each replay and measure it, so that all accuracies are a little flattering."
)


def headline(compared: Compared) -> str:
    """The own strategy against random choice, or against the first other strategy, in one or two sentences."""
    against = {each.strategy: each for each in compared.differences}
    if not against:
        return _(
            "With {strategy}: {accuracy} on average after {labels:,} labels.",
            strategy=compared.own.name,
            accuracy=_accuracy(compared, compared.own.name),
            labels=compared.labels_at_point,
        )
    return verdict(compared, against.get(YARDSTICK, compared.differences[0]))


def verdict(compared: Compared, found: Difference) -> str:
    """The own strategy against another one."""
    values = {
        "own": compared.own.name,
        "other": found.strategy,
        "own_accuracy": _accuracy(compared, compared.own.name),
        "other_accuracy": _accuracy(compared, found.strategy),
        "labels": compared.labels_at_point,
    }
    if not found.shown:
        return _(
            "Between {own} and {other} there is no difference that these labels can show: {own_accuracy} and "
            "{other_accuracy} on average after {labels:,} labels. Over the whole replay the difference is {interval} "
            "points.",
            **values,
            interval=interval(found),
        )
    if found.area > 0:
        return _(
            "With {other} you would be here: {other_accuracy} on average after {labels:,} labels instead of "
            "{own_accuracy}. To get there, {other} needs {more}.",
            **values,
            more=_more(found),
        )
    return _(
        "With {other} you would be further: {other_accuracy} on average after {labels:,} labels instead of "
        "{own_accuracy}. To get there, {own} needs {more}.",
        **values,
        more=_more(found),
    )


def short_verdict(found: Difference) -> str:
    """The difference for a table, such as "needs 40 to 120 more labels"."""
    if not found.shown:
        return _("no difference shown")
    if found.area > 0:
        return _("worse: needs {more}", more=_more(found))
    return _("better: yours needs {more}", more=_more(found))


def interval(found: Difference) -> str:
    """How much better the own strategy is, in points of mean accuracy, such as "+1.2 (−0.3 to +2.7)"."""
    area, low, high = (number(100 * each, "+.1f").replace("-", "−") for each in (found.area, found.low, found.high))
    return _("{area} ({low} to {high})", area=area, low=low, high=high)


def notes(compared: Compared) -> list[str]:
    """What a reader should know before trusting the figures."""
    left_out = left_out_sentence(compared.left_out)
    return [_(HOW_TO_READ), _(SAME_ITEMS), *([left_out] if left_out else [])]


def _accuracy(compared: Compared, strategy: str) -> str:
    return number(compared.strategy(strategy).mean.accuracy[compared.point], ".1%")


def _more(found: Difference) -> str:
    """A number of labels, in round numbers: the interval is no more exact than that."""
    if found.more_labels is None:
        return _("more labels")
    low, high = found.more_labels
    if high is None:
        least = _rounded(low)
        return _("at least {low} more labels", low=least) if least else _("more labels than there are here")
    fewest, most = _rounded(low), _rounded(high)
    if not fewest:
        return _("up to {high:,} more labels", high=most) if most else _("fewer than 5 more labels")
    if fewest == most:
        return _("about {labels:,} more labels", labels=most)
    return _("{low:,} to {high:,} more labels", low=fewest, high=most)


def _rounded(labels: float) -> int:
    step = 10 if labels >= 50 else 5
    return step * round(labels / step)
