"""A project in one sentence, the same on the page and on the command line."""

from lamm_core.language_names import language_name
from lamm_core.workflow.status import ProjectStatus


def headline(status: ProjectStatus) -> str:
    """How many targets are met, which language is furthest, and what cannot be told."""
    if not status.pool:
        return "There are no texts yet."
    if status.model is None:
        return "No accuracy is known yet: the first model comes with a round that has labels."
    if len(status.unmeasured) == len(status.languages):
        return "No accuracy is known: no language has items in the check set."
    sentence = f"{status.targets_met} of {len(status.languages)} targets met"
    furthest = status.furthest
    if furthest is not None:
        sentence += f"; {language_name(furthest.language)} is furthest, {points(furthest.gap)} to go"
    if status.unmeasured:
        names = ", ".join(map(language_name, status.unmeasured))
        sentence += f"; not measured, for want of check items: {names}"
    return sentence + "."


def points(gap: float) -> str:
    """A gap in words.

    Args:
        gap: 0 to 1.
    """
    if 0 < gap < 0.005:
        return "less than 1 point"
    whole = round(100 * gap)
    return f"{whole} {'point' if whole == 1 else 'points'}"
