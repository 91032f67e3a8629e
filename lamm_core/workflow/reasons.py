"""Why a language stands where it does and gets what it gets, in one short clause."""

from collections.abc import Sequence

from lamm_core.records import LanguageState
from lamm_core.workflow.headline import plateau, points
from lamm_core.workflow.outlook import Outlook
from lamm_core.workflow.status import ClassStatus, LanguageStatus, ProjectStatus

STATE_WORDS = {
    LanguageState.MET: "met",
    LanguageState.MISSED: "missed",
    LanguageState.UNPROVEN: "not proven",
    LanguageState.OUT_OF_REACH: "out of reach",
    LanguageState.UNMEASURED: "not measured",
}

_WITHIN_REACH = (LanguageState.MISSED, LanguageState.UNPROVEN)


def why(language: LanguageStatus, status: ProjectStatus) -> str:
    """What is the matter with a language, and where its next texts come from.

    Args:
        language: one of the languages of `status`.
        status: where the whole project stands.
    """
    return "; ".join(filter(None, (_standing(language, status), _texts(language, status))))


def _standing(language: LanguageStatus, status: ProjectStatus) -> str:
    """How it stands to its targets, in a few words."""
    if language.state is LanguageState.UNMEASURED:
        return _unmeasured(language, status)
    if language.state is LanguageState.OUT_OF_REACH and language.outlook is not None:
        return _beyond(language.outlook, language.target)
    if language.state is LanguageState.MET:
        return "serves other languages: target met" if _is_asked(language) else "target met"
    if language.gap == 0:
        return _close(language)
    worst = _worst_class(language)
    short = f"class {worst.class_name} is {points(language.gap)} short" if worst else f"gap: {points(language.gap)}"
    if not worst and _has_the_largest_gap(language, status):
        short = (
            f"largest {short}" if language.gap >= _largest(status.languages) else f"largest {short}, of those in reach"
        )
    return short


def _beyond(outlook: Outlook, target: float) -> str:
    """Why a target counts as out of reach: the plateau, or where that is too vague, the chance."""
    if outlook.forecast.plateau[1] < target:
        return f"plateau {plateau(outlook)} is under the target"
    return f"{outlook.forecast.chance:.0%} chance to reach the target, plateau {plateau(outlook)}"


def _unmeasured(language: LanguageStatus, status: ProjectStatus) -> str:
    if status.model is None:
        return "not measured yet: no model so far"
    if not language.check.labelled:
        return "not measured yet: no check labels"
    return "not measured yet: the next round will"


def _close(language: LanguageStatus) -> str:
    """A figure that is over its target by less than chance can do."""
    unproven = [each for each in language.classes if each.state is LanguageState.UNPROVEN]
    if language.settle == 0 and unproven:
        return f"class {unproven[0].class_name} at its target, {_settled_by(unproven[0].settle)}"
    return f"at the target, {_settled_by(language.settle)}"


def _settled_by(labels: int | None) -> str:
    if not labels:
        return "not proven"
    return f"{labels:,} check {'label' if labels == 1 else 'labels'} would settle it"


def _texts(language: LanguageStatus, status: ProjectStatus) -> str:
    """What stands in the way of texts, or how they come."""
    if language.pool and not language.free:
        return "no texts left to choose"
    if not language.pool:
        return "no texts in the pool"
    if status.model is None:
        return ""
    if status.chosen_by_text:
        return f"last batches took {_few(language.usual_quota)}"
    if language.next_quota == 0 and language.gap > 0:
        return "labels help more elsewhere"
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


def _few(number: float) -> str:
    """A mean of small counts, without digits that mean nothing."""
    if number == 0:
        return "none"
    return "less than 1" if number < 1 else f"{number:.0f}"
