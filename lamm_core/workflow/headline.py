"""A project in one sentence, the same on the page, in the report and on the command line."""

from lamm_core.language_names import language_name
from lamm_core.records import LanguageState
from lamm_core.words import number, plural
from lamm_core.words import translate as _
from lamm_core.workflow.outlook import Effort, Outlook
from lamm_core.workflow.status import LanguageStatus, ProjectStatus


def headline(status: ProjectStatus) -> str:
    """How many targets are met, what is next and what it takes, and what cannot be told."""
    if not status.pool:
        return _("There are no texts yet.")
    if status.model is None:
        return _("No accuracy is known yet: the first model comes with a round that has labels.")
    if len(status.unmeasured) == len(status.languages):
        return _nothing_checked(status)
    parts = [_("{met} of {all} targets met", met=status.targets_met, all=len(status.languages))]
    if status.furthest is not None:
        parts.append(_next(status.furthest))
    if status.unproven:
        parts.append(_unproven(status.unproven))
    out_of_reach = [each for each in status.languages if each.state is LanguageState.OUT_OF_REACH]
    if out_of_reach:
        parts.append(_("out of reach as things are: {languages}", languages=_names(out_of_reach)))
    if status.unmeasured:
        names = _(", ").join(map(language_name, status.unmeasured))
        parts.append(_("not measured, for want of check items: {languages}", languages=names))
    return _("{clause}.", clause=_("; ").join(parts))


def points(gap: float) -> str:
    """A gap in words.

    Args:
        gap: 0 to 1.
    """
    if 0 < gap < 0.005:
        return _("less than 1 point")
    return plural("{count} point", "{count} points", round(100 * gap))


def effort(what: Effort) -> str:
    """Labels and hours, as far as they are known."""
    labels = plural("{count:,} label", "{count:,} labels", _rounded(what.labels))
    return labels if what.hours is None else _(", ").join([labels, hours(what.hours)])


def hours(length: float) -> str:
    """A length of work in words, from hours."""
    if length < 1:
        return _("{minutes} min", minutes=max(1, round(60 * length)))
    return _("{hours:.1f} h", hours=length) if length < 10 else _("{hours:,.0f} h", hours=length)


def labels_range(outlook: Outlook) -> str:
    """The 80 % range of labels until a target."""
    if outlook.low is None:
        return _("not reachable")
    low = _rounded(outlook.low.labels)
    if outlook.high is None:
        return _("{low:,} labels or more, perhaps never", low=low)
    high = _rounded(outlook.high.labels)
    if low == high:
        return plural("{count:,} label", "{count:,} labels", low)
    return _("{low:,} to {high:,} labels", low=low, high=high)


def range_without_unit(outlook: Outlook) -> str:
    """The same where labels were named just before."""
    if outlook.low is None:
        return _("not reachable")
    low = _rounded(outlook.low.labels)
    if outlook.high is None:
        return _("{low:,} or more, perhaps never", low=low)
    high = _rounded(outlook.high.labels)
    return number(low, ",") if low == high else _("{low:,} to {high:,}", low=low, high=high)


def plateau(outlook: Outlook) -> str:
    """Where the figure ends, as a range in per cent."""
    low, high = outlook.forecast.plateau
    return _("{low:.0%} to {high:.0%}", low=low, high=high)


def _next(language: LanguageStatus) -> str:
    sentence = _(
        "{language} is next, {points} to go", language=language_name(language.language), points=points(language.gap)
    )
    outlook = language.outlook
    if outlook is None:
        return sentence
    if outlook.middle is None:
        return _("{sentence}, which may not be reached", sentence=sentence)
    if not outlook.middle.labels:
        return _("{sentence} after rounds at its target", sentence=sentence)
    return _("{sentence}: about {effort}", sentence=sentence, effort=effort(outlook.middle))


def _unproven(languages: tuple[LanguageStatus, ...]) -> str:
    names, wanted = _names(languages), [each.settle for each in languages]
    needed = [each for each in wanted if each]
    if not needed or len(needed) < len(wanted):
        return _("at the target but not proven: {languages}", languages=names)
    return _(
        "at the target but not proven: {languages} ({labels:,} more check labels would settle it)",
        languages=names,
        labels=_rounded(sum(needed)),
    )


def _nothing_checked(status: ProjectStatus) -> str:
    asked = sum(each.check.open for each in status.languages)
    if not asked:
        return _("No accuracy is known: no language has labels in its check set yet.")
    return _(
        "No accuracy is known: no language has labels in its check set yet; {texts:,} check texts wait in the queue.",
        texts=asked,
    )


def _names(languages: list[LanguageStatus] | tuple[LanguageStatus, ...]) -> str:
    return _(", ").join(language_name(each.language) for each in languages)


def _rounded(labels: int) -> int:
    """Two digits that count: more would promise what no forecast can keep."""
    if labels < 20:
        return labels
    step = int(10 ** (len(str(labels)) - 2))
    return round(labels / step) * step
