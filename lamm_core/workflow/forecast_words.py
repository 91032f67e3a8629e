"""A forecast in words, short enough for a line of a table."""

from dataclasses import replace

from lamm_core.workflow.headline import effort, hours, labels_range
from lamm_core.workflow.outlook import Effort, Outlook


def forecast_words(outlook: Outlook | None, currency: str) -> str:
    """Labels with their 80 % range, hours and cost until a target, as far as they are known.

    Args:
        outlook: None where too few rounds have measured the language.
        currency: what prices are told in.
    """
    if outlook is None:
        return "not known before 3 rounds have measured it"
    middle = outlook.middle
    if middle is None:
        return "not reachable" if outlook.low is None else _perhaps(outlook, outlook.low)
    if middle.labels == 0:
        return f"about there already{_at_worst(outlook)}"
    return ", ".join([f"about {_labels(middle)} ({_range(outlook)})", *price_words(middle, currency)])


def price_words(what: Effort, currency: str) -> list[str]:
    """Hours and cost, as far as they are known."""
    words = [] if what.hours is None else [hours(what.hours)]
    return words if what.cost is None else [*words, cost_words(what.cost, currency)]


def cost_words(cost: float, currency: str) -> str:
    """A sum of money; its small change only where it matters."""
    return f"{cost:,.2f} {currency}" if cost < 10 else f"{cost:,.0f} {currency}"


def _perhaps(outlook: Outlook, low: Effort) -> str:
    chance = f"{outlook.forecast.chance:.0%} chance"
    return f"perhaps never ({chance}; {_labels(low)} at best)" if low.labels else f"perhaps never ({chance})"


def _at_worst(outlook: Outlook) -> str:
    if outlook.high is None:
        return " (at worst never)"
    return f" (at worst {_labels(outlook.high)})" if outlook.high.labels else ""


def _labels(what: Effort) -> str:
    return effort(replace(what, hours=None))


def _range(outlook: Outlook) -> str:
    """The range without its unit, which stands before it."""
    return labels_range(outlook).replace(" labels", "").replace(" label", "")
