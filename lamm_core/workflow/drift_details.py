"""Drift of one language in detail: what every round saw, and the texts that are least like the check set."""

from dataclasses import dataclass

from sqlalchemy import Connection

from lamm_core.records import DriftPart, Project, RoundDrift
from lamm_core.storage import agreement, drift


@dataclass(frozen=True)
class UnlikeText:
    """A text that is unlike the check set.

    Attributes:
        external_id: its id in the imported file.
        text: the text.
    """

    external_id: str
    text: str


@dataclass(frozen=True)
class LanguageDrift:
    """Drift of one language.

    Attributes:
        rounds: number of each round that looked and what it saw, oldest first: of all texts, and of the newest where
            these were compared by themselves.
        newest: what the newest of them saw.
        unlike: texts that are least like the check set, the least alike first; of the newest texts where these drift.
            None unless drift was found.
    """

    rounds: tuple[tuple[int, RoundDrift], ...] = ()
    newest: tuple[RoundDrift, ...] = ()
    unlike: tuple[UnlikeText, ...] = ()


NO_DRIFT = LanguageDrift()


def read_language_drift(connection: Connection, project: Project, language: str) -> LanguageDrift:
    """Drift of one language as it is stored; items that are not there any more are left out."""
    by_round = drift.list_drift(connection, project.id, language)
    if not by_round:
        return NO_DRIFT
    newest = by_round[max(by_round)]
    found = drifting_part(newest)
    ids = found.unlike if found else ()
    texts = agreement.read_names_and_texts(connection, project.id, ids)
    return LanguageDrift(
        rounds=tuple((number, each) for number, seen in by_round.items() for each in seen),
        newest=tuple(newest),
        unlike=tuple(UnlikeText(*texts[item_id]) for item_id in ids if item_id in texts),
    )


def drifting_part(seen: list[RoundDrift] | tuple[RoundDrift, ...]) -> RoundDrift | None:
    """The comparison that speaks for a language: the newest texts where these drift, else all, else None."""
    found = {each.part: each for each in seen if each.found}
    return found.get(DriftPart.NEWEST) or found.get(DriftPart.ALL)
