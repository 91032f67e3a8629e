"""What drift means for a language, and what to do about it. It says that texts differ, never that accuracy fell."""

from datetime import datetime

from lamm_core.language_names import language_name
from lamm_core.records import DriftPart, ProjectSettings, RoundDrift
from lamm_core.words import month_name
from lamm_core.words import translate as _
from lamm_core.workflow.status import LanguageStatus


def drift_advice(language: LanguageStatus, settings: ProjectSettings) -> str:
    """What was found and what to do, for a language with drift; nothing for others."""
    found = language.drifting
    if found is None:
        return ""
    meaning = _("What is measured on it need not hold for these, for better or worse.")
    return " ".join([_difference(language, found), meaning, _remedy(language, settings)])


def drift_standing(seen: RoundDrift) -> str:
    """What a round saw of some of a language's texts, in one sentence without its name."""
    counts = {"checked": seen.checked, "texts": seen.texts}
    if seen.p_value is None:
        return _(
            "Too few to tell: it takes 30 labelled check texts and 30 others; there are {checked:,} and {texts:,}.",
            **counts,
        )
    if not seen.found:
        return _(
            "No drift is shown between {checked:,} check texts and {texts:,} others. Small differences can go unseen.",
            **counts,
        )
    return _("{texts:,} texts differ from {checked:,} check texts: {extent}.", extent=_extent(seen), **counts)


def part_words(seen: RoundDrift) -> str:
    """Which texts a comparison was about."""
    if seen.part is DriftPart.ALL or seen.since is None:
        return _("all other texts")
    return _("texts since {day}", day=_day(seen.since))


def _difference(language: LanguageStatus, found: RoundDrift) -> str:
    values = {"language": language_name(language.language), "extent": _extent(found)}
    if found.part is DriftPart.ALL or found.since is None:
        return _("{language}: its other texts are unlike its check set: {extent}.", **values)
    return _(
        "{language}: texts that came since {day} are unlike its check set: {extent}.", day=_day(found.since), **values
    )


def _extent(found: RoundDrift) -> str:
    """How many differ; a difference may be certain and small."""
    if not found.share or not found.low:
        return _("a small part of them, or all of them a little")
    return _("about {share:.0%} of them, at least {low:.0%}", share=found.share, low=found.low)


def _remedy(language: LanguageStatus, settings: ProjectSettings) -> str:
    """A check set that grows takes in texts of any day, for each one's own number decides; an imported one does not."""
    check = language.check
    if check.imported:
        return _(
            "An imported check set does not follow them: of the texts that come from now on keep a random part out of "
            "the pool, label it, and bring it in as check texts."
        )
    if check.open or (check.needed and check.reserve and settings.check_part and settings.check_share):
        return _("The check set takes them in as it grows, what came last first: go on labelling.")
    return _(
        "The check set has stopped growing. Under Check set on the page Project, set texts apart and ask for a "
        "narrower interval: what came last is then asked first."
    )


def _day(moment: datetime) -> str:
    return _("{day} {month} {year}", day=moment.day, month=month_name(moment), year=f"{moment:%Y}")
