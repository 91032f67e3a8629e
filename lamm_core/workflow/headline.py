"""A project in one sentence, the same on the page, in the report and on the command line."""

from lamm_core.language_names import language_name
from lamm_core.records import LanguageState
from lamm_core.workflow.outlook import Effort, Outlook
from lamm_core.workflow.status import LanguageStatus, ProjectStatus


def headline(status: ProjectStatus) -> str:
    """How many targets are met, what is next and what it takes, and what cannot be told."""
    if not status.pool:
        return "There are no texts yet."
    if status.model is None:
        return "No accuracy is known yet: the first model comes with a round that has labels."
    if len(status.unmeasured) == len(status.languages):
        return f"No accuracy is known: no language has labels in its check set yet{_growing(status)}."
    parts = [f"{status.targets_met} of {len(status.languages)} targets met"]
    if status.furthest is not None:
        parts.append(_next(status.furthest))
    if status.unproven:
        parts.append(_unproven(status.unproven))
    out_of_reach = [each for each in status.languages if each.state is LanguageState.OUT_OF_REACH]
    if out_of_reach:
        parts.append(f"out of reach as things are: {_names(out_of_reach)}")
    if status.unmeasured:
        names = ", ".join(map(language_name, status.unmeasured))
        parts.append(f"not measured, for want of check items: {names}")
    return "; ".join(parts) + "."


def points(gap: float) -> str:
    """A gap in words.

    Args:
        gap: 0 to 1.
    """
    if 0 < gap < 0.005:
        return "less than 1 point"
    whole = round(100 * gap)
    return f"{whole} {'point' if whole == 1 else 'points'}"


def effort(what: Effort) -> str:
    """Labels and hours, as far as they are known."""
    labels = f"{_rounded(what.labels):,} {'label' if what.labels == 1 else 'labels'}"
    return labels if what.hours is None else f"{labels}, {hours(what.hours)}"


def hours(number: float) -> str:
    """A length of work in words."""
    if number < 1:
        return f"{max(1, round(60 * number))} min"
    return f"{number:.1f} h" if number < 10 else f"{number:,.0f} h"


def labels_range(outlook: Outlook) -> str:
    """The 80 % range of labels until a target."""
    if outlook.low is None:
        return "not reachable"
    low = f"{_rounded(outlook.low.labels):,}"
    if outlook.high is None:
        return f"{low} labels or more, perhaps never"
    high = f"{_rounded(outlook.high.labels):,}"
    if low == high:
        return "1 label" if low == "1" else f"{low} labels"
    return f"{low} to {high} labels"


def plateau(outlook: Outlook) -> str:
    """Where the figure ends, as a range in per cent."""
    low, high = outlook.forecast.plateau
    return f"{low:.0%} to {high:.0%}"


def _next(language: LanguageStatus) -> str:
    sentence = f"{language_name(language.language)} is next, {points(language.gap)} to go"
    outlook = language.outlook
    if outlook is None:
        return sentence
    if outlook.middle is None:
        return f"{sentence}, which may not be reached"
    if not outlook.middle.labels:
        return f"{sentence} after rounds at its target"
    return f"{sentence}: about {effort(outlook.middle)}"


def _unproven(languages: tuple[LanguageStatus, ...]) -> str:
    names, wanted = _names(languages), [each.settle for each in languages]
    needed = [each for each in wanted if each]
    if not needed or len(needed) < len(wanted):
        return f"at the target but not proven: {names}"
    more = f"{_rounded(sum(needed)):,} more check labels"
    return f"at the target but not proven: {names} ({more} would settle it)"


def _growing(status: ProjectStatus) -> str:
    asked = sum(each.check.open for each in status.languages)
    return f"; {asked:,} check texts wait in the queue" if asked else ""


def _names(languages: list[LanguageStatus] | tuple[LanguageStatus, ...]) -> str:
    return ", ".join(language_name(each.language) for each in languages)


def _rounded(number: int) -> int:
    """Two digits that count: more would promise what no forecast can keep."""
    if number < 20:
        return number
    step = int(10 ** (len(str(number)) - 2))
    return round(number / step) * step
