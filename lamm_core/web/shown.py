"""What the labelling card is told of a text, in words of the annotator."""

from datetime import datetime
from typing import Any

from lamm_core.language_names import language_name
from lamm_core.records import Lease
from lamm_core.words import translate as _
from lamm_core.workflow.labelling import RecentAct


def shown_lease(lease: Lease, now: datetime) -> dict[str, Any]:
    """A text to label, and for how many seconds it is held. Texts travel as data and are never put into html."""
    return _shown(lease) | {
        "round": lease.round_number,
        "why": why(lease),
        "suggestion": lease.suggestion,
        "seconds": max(0, round((lease.until - now).total_seconds())),
        "remarks": _shown_remarks(lease),
    }


def shown_act(act: RecentAct) -> dict[str, Any]:
    """A text that was answered, with its answer."""
    return _shown(act) | {"class": act.class_name, "flagged": act.flagged, "comment": act.comment or ""}


def why(lease: Lease) -> str:
    """Why this text was chosen, the same for all texts of a language in a round; empty before the first round."""
    if not lease.round_number:
        return ""
    values = {
        "round": lease.round_number,
        "language": language_name(lease.language),
        "weight": lease.weight,
        "score": lease.score,
    }
    if lease.weight is None and lease.score is None:
        return _("Round {round} chose it among the texts in {language}.", **values)
    if lease.score is None:
        return _("Round {round} chose it: {language} has weight {weight:.2f}.", **values)
    if lease.weight is None:
        return _("Round {round} chose it: the mean uncertainty of its texts is {score:.2f}.", **values)
    return _(
        "Round {round} chose it: {language} has weight {weight:.2f} "
        "and the mean uncertainty of its texts is {score:.2f}.",
        **values,
    )


def _shown_remarks(lease: Lease) -> list[dict[str, str]] | None:
    """What was written about a text that a reviewer sent back; None for any other text."""
    if not lease.sent_back:
        return None
    return [{"author": each.author, "text": each.text} for each in lease.remarks]


def _shown(item: Lease | RecentAct) -> dict[str, Any]:
    return {
        "id": item.item_id,
        "revision": item.revision,
        "text": item.text,
        "language": item.language,
        "languageName": language_name(item.language),
    }
