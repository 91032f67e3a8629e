"""Why a language stands where it does and gets what it gets, in one short clause."""

from collections.abc import Sequence

from lamm_core.records import LanguageState
from lamm_core.words import in_context, marked, number, plural
from lamm_core.words import translate as _
from lamm_core.workflow.headline import plateau, points
from lamm_core.workflow.outlook import Outlook
from lamm_core.workflow.status import ClassStatus, LanguageStatus, ProjectStatus

STATE_WORDS = {
    LanguageState.MET: marked("met"),
    LanguageState.MISSED: marked("missed"),
    LanguageState.UNPROVEN: marked("not proven"),
    LanguageState.OUT_OF_REACH: marked("out of reach"),
    LanguageState.UNMEASURED: marked("not measured"),
}

_WITHIN_REACH = (LanguageState.MISSED, LanguageState.UNPROVEN)


def state_word(state: LanguageState) -> str:
    """How a language or a class stands to its target, in the language that is spoken."""
    return _(STATE_WORDS[state])


def why(language: LanguageStatus, status: ProjectStatus) -> str:
    """What is the matter with a language, and where its next texts come from.

    Args:
        language: one of the languages of `status`.
        status: where the whole project stands.
    """
    return _("; ").join(filter(None, (_standing(language, status), _texts(language, status))))


def _standing(language: LanguageStatus, status: ProjectStatus) -> str:
    """How it stands to its targets, in a few words."""
    if language.state is LanguageState.UNMEASURED:
        return _unmeasured(language, status)
    if language.state is LanguageState.OUT_OF_REACH and language.outlook is not None:
        return _beyond(language.outlook, language.target)
    if language.state is LanguageState.MET:
        return _("serves other languages: target met") if _is_asked(language) else _("target met")
    if language.gap == 0:
        return _close(language)
    worst, gap = _worst_class(language), points(language.gap)
    if worst:
        return _("class {class_name} is {points} short", class_name=worst.class_name, points=gap)
    if not _has_the_largest_gap(language, status):
        return _("gap: {points}", points=gap)
    if language.gap >= _largest(status.languages):
        return _("largest gap: {points}", points=gap)
    return _("largest gap: {points}, of those in reach", points=gap)


def _beyond(outlook: Outlook, target: float) -> str:
    """Why a target counts as out of reach: the plateau, or where that is too vague, the chance."""
    if outlook.forecast.plateau[1] < target:
        return _("plateau {plateau} is under the target", plateau=plateau(outlook))
    return _(
        "{chance:.0%} chance to reach the target, plateau {plateau}",
        chance=outlook.forecast.chance,
        plateau=plateau(outlook),
    )


def _unmeasured(language: LanguageStatus, status: ProjectStatus) -> str:
    if status.model is None:
        return _("not measured yet: no model so far")
    if not language.check.labelled:
        return _("not measured yet: no check labels")
    return _("not measured yet: the next round will")


def _close(language: LanguageStatus) -> str:
    """A figure that is over its target by less than chance can do."""
    unproven = [each for each in language.classes if each.state is LanguageState.UNPROVEN]
    if language.settle == 0 and unproven:
        settled = _settled_by(unproven[0].settle)
        return _("class {class_name} at its target, {settled}", class_name=unproven[0].class_name, settled=settled)
    return _("at the target, {settled}", settled=_settled_by(language.settle))


def _settled_by(labels: int | None) -> str:
    if not labels:
        return _("not proven")
    return plural("{count:,} check label would settle it", "{count:,} check labels would settle it", labels)


def _texts(language: LanguageStatus, status: ProjectStatus) -> str:
    """What stands in the way of texts, or how they come."""
    if language.pool and not language.free:
        return _("no texts left to choose")
    if not language.pool:
        return _("no texts in the pool")
    if status.model is None:
        return ""
    if status.chosen_by_text:
        return _("last batches took {few}", few=_few(language.usual_quota))
    if language.next_quota == 0 and language.gap > 0:
        return _("labels help more elsewhere")
    return ""


def _worst_class(language: LanguageStatus) -> ClassStatus | None:
    """The class that is further from its target than the language itself."""
    own = language.target - (language.measured.estimate or 0.0)
    gaps = [
        (each.target - each.measured.estimate, each) for each in language.classes if each.measured.estimate is not None
    ]
    largest, worst = max(gaps, key=lambda pair: pair[0], default=(0.0, None))
    return worst if largest > max(own, 0.0) else None


def _has_the_largest_gap(language: LanguageStatus, status: ProjectStatus) -> bool:
    within = [each for each in status.languages if each.state in _WITHIN_REACH]
    return len(within) > 1 and language.gap >= _largest(within)


def _largest(languages: Sequence[LanguageStatus]) -> float:
    return max(each.gap for each in languages)


def _is_asked(language: LanguageStatus) -> bool:
    """Whether its texts are in the next batch, as far as that can be told."""
    expected = language.usual_quota if language.next_quota is None else language.next_quota
    return bool(language.free) and expected > 0


def _few(mean: float) -> str:
    """A mean of small counts, without digits that mean nothing."""
    if mean == 0:
        return in_context("texts", "none")
    return _("less than 1") if mean < 1 else number(mean, ".0f")
