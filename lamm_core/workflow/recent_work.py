"""What annotators did lately: a look at a page counts only what came since the look before it."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from lamm_core.storage import agreement, labels
from lamm_core.workflow.kept import Kept, Mark, Seen, acts_seen, newest_mark

# Name of the annotator and seconds taken.
Taken = Sequence[tuple[str, float]]
# Language to moments, oldest first.
_ByLanguage = Mapping[str, list[datetime]]
# The newest labels say how fast the people of today are; so many have enough of a rare language among them.
_SPEED_LABELS = 10_000


@dataclass(frozen=True)
class _Moments:
    """When labels up to a mark were given.

    Attributes:
        since: those given before then are left out.
        by_language: the moments of labels in each language.
    """

    mark: Mark
    since: datetime
    by_language: _ByLanguage


_moments, _speeds = Kept[_Moments](), Kept[tuple[Seen, Mapping[str, Taken]]]()


def count_since(connection: Connection, project_id: int, since: datetime) -> dict[str, int]:
    """As `storage.labels.count_since`, of all labels."""
    kept = _moments_since(connection, project_id, since)
    if kept is None:
        return labels.count_since(connection, project_id, since)
    counts = {language: len(each) - bisect_left(each, since) for language, each in kept.by_language.items()}
    for language, count in labels.count_since(connection, project_id, since, kept.mark.until).items():
        counts[language] = counts.get(language, 0) + count
    return counts


def _moments_since(connection: Connection, project_id: int, since: datetime) -> _Moments | None:
    """All that is settled, of which only what settled since the last time is read; None where nothing is."""
    mark, kept = newest_mark(connection, project_id), _moments.find(connection, project_id)
    if mark is None:
        return None
    if kept is None or kept.since > since or not kept.mark.holds(connection, mark.changes):
        found = _Moments(mark, since, labels.moments_since(connection, project_id, since, 0, mark.until))
    elif kept.mark.until < mark.until:
        news = labels.moments_since(connection, project_id, since, kept.mark.until, mark.until)
        found = _Moments(mark, since, _joined(kept.by_language, news, since))
    else:
        return kept
    _moments.keep(connection, project_id, found)
    return found


def _joined(before: _ByLanguage, news: _ByLanguage, since: datetime) -> _ByLanguage:
    """Moments of both, without those that are too old by now."""
    young = {language: moments[bisect_left(moments, since) :] for language, moments in before.items()}
    return {language: sorted([*young.get(language, []), *news.get(language, [])]) for language in {*young, *news}}


def recent_speeds(connection: Connection, project_id: int, language: str) -> Taken:
    """As `storage.agreement.recent_speeds`, of the newest ten thousand labels."""
    seen, kept = acts_seen(connection, project_id), _speeds.find(connection, project_id)
    by_language = dict(kept[1]) if kept is not None and kept[0] == seen else {}
    if language not in by_language:
        by_language[language] = agreement.recent_speeds(connection, project_id, language, _SPEED_LABELS)
        if seen is not None:
            _speeds.keep(connection, project_id, (seen, by_language))
    return by_language[language]
