"""A forecast in words, short enough for a line of a table."""

from dataclasses import replace

from lamm_core.words import number
from lamm_core.words import translate as _
from lamm_core.workflow.headline import effort, hours, range_without_unit
from lamm_core.workflow.outlook import Effort, Outlook


def forecast_words(outlook: Outlook | None, currency: str) -> str:
    """Labels with their 80 % range, hours and cost until a target, as far as they are known.

    Args:
        outlook: None where too few rounds have measured the language.
        currency: what prices are told in.
    """
    if outlook is None:
        return _("not known before 3 rounds have measured it")
    middle = outlook.middle
    if middle is None:
        return _("not reachable") if outlook.low is None else _perhaps(outlook, outlook.low)
    if middle.labels == 0:
        return _there_already(outlook)
    labels = _("about {labels} ({range})", labels=_labels(middle), range=range_without_unit(outlook))
    return _(", ").join([labels, *price_words(middle, currency)])


def price_words(what: Effort, currency: str) -> list[str]:
    """Hours and cost, as far as they are known."""
    words = [] if what.hours is None else [hours(what.hours)]
    return words if what.cost is None else [*words, cost_words(what.cost, currency)]


def cost_words(cost: float, currency: str) -> str:
    """A sum of money; its small change only where it matters."""
    return f"{number(cost, ',.2f' if cost < 10 else ',.0f')} {currency}"


def _perhaps(outlook: Outlook, low: Effort) -> str:
    chance = outlook.forecast.chance
    if not low.labels:
        return _("perhaps never ({chance:.0%} chance)", chance=chance)
    return _("perhaps never ({chance:.0%} chance; {labels} at best)", chance=chance, labels=_labels(low))


def _there_already(outlook: Outlook) -> str:
    if outlook.high is None:
        return _("about there already (at worst never)")
    if not outlook.high.labels:
        return _("about there already")
    return _("about there already (at worst {labels})", labels=_labels(outlook.high))


def _labels(what: Effort) -> str:
    return effort(replace(what, hours=None))
