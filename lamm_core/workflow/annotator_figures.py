"""Figures of annotators: how much each does, how fast, and how far it is what others and gold items say."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from lamm_core.actors import Role
from lamm_core.model.agreement import Figure, Labels
from lamm_core.model.consensus import as_the_others, share_of_ones
from lamm_core.records import Project
from lamm_core.storage import annotators
from lamm_core.workflow.gold import GoldResult, gold_figure, read_results
from lamm_core.workflow.opinions import OpinionTable, kept_opinions, sorted_names, tabulate
from lamm_core.workflow.rights import needs, needs_self
from lamm_core.workflow.work_tallies import Work, median_of_tenths, read_tallies
from lamm_core.workflow.workspace import Workspace

_TENTHS_IN_AN_HOUR = 36_000
# Whoever keeps a text open for longer, 5 minutes, has gone away from it.
_MOST_TENTHS = 3_000


@dataclass(frozen=True)
class Figures:
    """What one annotator did in one language, or in all. Gold items count for nothing but `gold`.

    Attributes:
        language: the language; None for all.
        labels: texts with a label of the annotator that stands.
        median_seconds: the middle one of the times that labels took; None where none has a time.
        per_hour: labels an hour of active time, which is the time that texts were open, 5 minutes each at most; None
            where none has a time.
        with_consensus: share of these labels that are what most of the others say, 0 to 1, with its 95 % interval;
            texts that nobody else labelled, or on which the others are split evenly, do not count.
        gold: share of gold items that got the known class, 0 to 1, with its 95 % interval; None where none was
            answered.
        skips: texts skipped.
        flags: texts labelled or skipped with a flag.
        edits: times that a class was given to a text again.
        first, last: moments of the first and the last act, in UTC; None where only gold items were answered.
    """

    language: str | None
    labels: int
    median_seconds: float | None
    per_hour: float | None
    with_consensus: Figure
    gold: Figure | None
    skips: int
    flags: int
    edits: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True)
class AnnotatorFigures:
    """One annotator of a project.

    Attributes:
        annotator_id: id of the annotator.
        annotator: their name.
        whole: what they did in all languages.
        languages: the same for each language in which they did anything, in the order of the project.
    """

    annotator_id: int
    annotator: str
    whole: Figures
    languages: tuple[Figures, ...]


@needs(Role.MANAGER)
def annotator_figures(workspace: Workspace, project: Project) -> tuple[AnnotatorFigures, ...]:
    """One entry for each annotator who labelled or skipped a text or answered a gold item, by name."""
    with workspace.database.read() as connection:
        return _Read.of(connection, project).annotators()


@needs_self
def own_figures(workspace: Workspace, project: Project, annotator_id: int) -> AnnotatorFigures | None:
    """The same for one annotator, who sees nothing of the others; None where they did nothing yet."""
    with workspace.database.read() as connection:
        found = _Read.of(connection, project).annotators()
    return next((each for each in found if each.annotator_id == annotator_id), None)


@dataclass(frozen=True, eq=False)
class _Read:
    """What was read about the annotators of a project, or about one of them.

    Attributes:
        project: the project.
        names: annotator id to name, of all who did anything.
        work: what they did, by annotator and language.
        shared: opinions about texts of several.
        agrees: `(texts, annotators)` whether each of these is what the others say, as `as_the_others` gives it.
        gold: results on gold items.
    """

    project: Project
    names: Mapping[int, str]
    work: Sequence[Work]
    shared: OpinionTable
    agrees: Labels
    gold: Sequence[GoldResult]

    @classmethod
    def of(cls, connection: Connection, project: Project) -> "_Read":
        """All annotators of a project."""
        work, gold = read_tallies(connection, project).work, read_results(connection, project)
        names = annotators.list_annotators(connection)
        active = {names[each.annotator_id] for each in work} | {each.annotator for each in gold}
        shared = tabulate(kept_opinions(connection, project.id), sorted_names(active), project.settings.classes)
        return cls(
            project=project,
            names={key: name for key, name in names.items() if name in active},
            work=work,
            shared=shared,
            agrees=as_the_others(shared.labels),
            gold=gold,
        )

    def annotators(self) -> tuple[AnnotatorFigures, ...]:
        """One entry for each, by name."""
        ids = {name: annotator_id for annotator_id, name in self.names.items()}
        return tuple(self._annotator(ids[name], name) for name in self.shared.annotators)

    def _annotator(self, annotator_id: int, name: str) -> AnnotatorFigures:
        own = replace(
            self,
            work=[each for each in self.work if each.annotator_id == annotator_id],
            agrees=self.agrees[:, self.shared.annotators.index(name)],
            gold=[each for each in self.gold if each.annotator == name],
        )
        active = {each.language for each in own.work} | {each.language for each in own.gold}
        languages = [own._in_language(language) for language in self.project.languages if language in active]
        return AnnotatorFigures(annotator_id, name, own._figures(None), tuple(languages))

    def _in_language(self, language: str) -> Figures:
        return replace(
            self,
            work=[each for each in self.work if each.language == language],
            agrees=self.agrees[self.shared.languages == language],
            gold=[each for each in self.gold if each.language == language],
        )._figures(language)

    def _figures(self, language: str | None) -> Figures:
        times: Counter[int] = Counter()
        for each in self.work:
            times.update(each.times)
        return Figures(
            language=language,
            labels=sum(each.labels for each in self.work),
            median_seconds=median_of_tenths(times),
            per_hour=_per_hour(times),
            with_consensus=share_of_ones(self.agrees),
            gold=gold_figure(self.gold),
            skips=sum(each.skips for each in self.work),
            flags=sum(each.flags for each in self.work),
            edits=sum(each.edits for each in self.work),
            first=min((each.span.first for each in self.work), default=None),
            last=max((each.span.last for each in self.work), default=None),
        )


def _per_hour(times: Mapping[int, int]) -> float | None:
    tenths = sum(labels * min(tenths, _MOST_TENTHS) for tenths, labels in times.items())
    return _TENTHS_IN_AN_HOUR * sum(times.values()) / tenths if tenths else None
