"""What annotators did in a project, counted once: a look at a page counts only what came since the look before it.

A page that counts all labels is slow in a project that has a hundred thousand. What was counted is kept in the process.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from sqlalchemy import Connection

from lamm_core.records import Action, Project, Source
from lamm_core.storage import annotator_work, annotators
from lamm_core.storage.annotator_work import NOTHING, Span, Tally
from lamm_core.workflow.kept import Kept, Mark, newest_mark

# Tenths of a second, None where nobody knows, to the standing labels that took so long.
StandingTimes = dict[int | None, int]


@dataclass(frozen=True)
class Work:
    """What an annotator did in one language. Texts only: gold items are no work.

    Attributes:
        annotator_id: id of the annotator.
        language: the language.
        labels: texts with a label of the annotator that stands.
        skips: texts set aside.
        flags: texts labelled or set aside with a flag.
        edits: times that a class was given to a text again.
        span: when the first and the last act was done.
        times: tenths of a second to the number of labels that took so long, edits among them.
    """

    annotator_id: int
    language: str
    labels: int
    skips: int
    flags: int
    edits: int
    span: Span
    times: dict[int, int]


@dataclass(frozen=True)
class Tallies:
    """What annotators did in a project.

    Attributes:
        acts: all acts.
        replaced: those of them that do not stand, as the same annotator acted on the same text again.
        edits: (annotator id, language) to the times that a class was given to a text again.
    """

    acts: Tally
    replaced: Tally
    edits: dict[tuple[int, str], int]

    @cached_property
    def work(self) -> tuple[Work, ...]:
        """One entry for each annotator and language with an act; what came with an import is nobody's work."""
        sums: dict[tuple[int, str, str], int] = {}
        times: dict[tuple[int, str], dict[int, int]] = {}
        for tally, sign in ((self.acts, 1), (self.replaced, -1)):
            for kind, count in tally.acts.items():
                if kind.source is Source.HUMAN and kind.action is not Action.UNDO:
                    for name in (kind.action.value, *(["flag"] if kind.flagged else [])):
                        key = (kind.annotator_id, kind.language, name)
                        sums[key] = sums.get(key, 0) + sign * count
        for kind, count in self.acts.acts.items():
            if kind.source is Source.HUMAN and kind.action is Action.LABEL and kind.tenths is not None:
                of_language = times.setdefault((kind.annotator_id, kind.language), {})
                of_language[kind.tenths] = of_language.get(kind.tenths, 0) + count
        return tuple(
            Work(
                annotator_id=annotator_id,
                language=language,
                labels=sums.get((annotator_id, language, Action.LABEL.value), 0),
                skips=sums.get((annotator_id, language, Action.SKIP.value), 0),
                flags=sums.get((annotator_id, language, "flag"), 0),
                edits=self.edits.get((annotator_id, language), 0),
                span=span,
                times=times.get((annotator_id, language), {}),
            )
            for (annotator_id, language, source), span in sorted(self.acts.spans.items())
            if source is Source.HUMAN
        )

    def standing_times(self, language: str | None) -> dict[int, StandingTimes]:
        """Annotator id to the times that their standing labels took, those of imports among them.

        Args:
            language: only labels of this language; None takes all.
        """
        found: dict[int, StandingTimes] = {}
        for tally, sign in ((self.acts, 1), (self.replaced, -1)):
            for kind, count in tally.acts.items():
                if kind.action is Action.LABEL and language in (None, kind.language):
                    times = found.setdefault(kind.annotator_id, {})
                    times[kind.tenths] = times.get(kind.tenths, 0) + sign * count
        return {annotator_id: times for annotator_id, times in found.items() if any(times.values())}


@dataclass(frozen=True)
class _Counted:
    """Acts up to a mark; and all that was counted when so many acts had come after it."""

    mark: Mark
    acts: Tally
    after: int = 0
    whole: Tallies | None = None


_kept = Kept[_Counted]()


def read_tallies(connection: Connection, project: Project) -> Tallies:
    """What annotators did in a project until now."""
    counted = _up_to_date(connection, project.id)
    if counted is None:
        return _all_of(connection, project, NOTHING, 0)
    # Acts are only added: as many after the same mark are the same ones.
    after = annotator_work.count_acts(connection, project.id, counted.mark.until)
    if counted.whole is not None and counted.after == after:
        return counted.whole
    whole = _all_of(connection, project, counted.acts, counted.mark.until)
    _kept.keep(connection, project.id, replace(counted, after=after, whole=whole))
    return whole


def _all_of(connection: Connection, project: Project, before: Tally, until: int) -> Tallies:
    """Acts up to one, which are counted, with those that came since."""
    return Tallies(
        acts=before + annotator_work.tally(connection, project.id, until),
        replaced=annotator_work.tally_replaced(connection, project.id),
        edits=annotator_work.count_edits(connection, project.id),
    )


def standing_times(
    connection: Connection, project: Project, languages: Iterable[str | None]
) -> list[dict[str, StandingTimes]]:
    """For each language the name of each annotator with a standing label, and the times that these labels took.

    Args:
        languages: languages of the project; None takes all together.
    """
    names, tallies = annotators.list_annotators(connection), read_tallies(connection, project)
    return [
        {names[annotator_id]: times for annotator_id, times in tallies.standing_times(language).items()}
        for language in languages
    ]


def median_of_tenths(times: Mapping[int, int]) -> float | None:
    """The middle one of times, in seconds; None where there is none.

    Args:
        times: tenths of a second to how many took so long.
    """
    if not any(times.values()):
        return None
    tenths = np.repeat([*times], [*times.values()])
    return float(np.median(tenths)) / 10


def _up_to_date(connection: Connection, project_id: int) -> _Counted | None:
    """All that is settled, of which only what settled since the last time is counted; None where nothing is."""
    mark = newest_mark(connection, project_id)
    if mark is None:
        return None
    kept = _kept.find(connection, project_id)
    if kept is not None and not kept.mark.holds(connection, mark.changes):
        kept = None
    if kept is None or kept.mark.until < mark.until:
        before, start = (NOTHING, 0) if kept is None else (kept.acts, kept.mark.until)
        kept = _Counted(mark, before + annotator_work.tally(connection, project_id, start, mark.until))
        _kept.keep(connection, project_id, kept)
    return kept
