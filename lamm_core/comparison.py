"""A comparison of strategies on a project's own labels: how far it is, and what came of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self


class ComparisonState(StrEnum):
    """How far a comparison is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Line:
    """Accuracy at each number of labels, mean over the replays.

    Attributes:
        accuracy: 0 to 1, one number a round.
        error: its standard error over the replays.
    """

    accuracy: tuple[float, ...]
    error: tuple[float, ...]


@dataclass(frozen=True)
class ComparedStrategy:
    """What one strategy reached.

    Attributes:
        name: its name.
        mean: the mean of all languages.
        languages: language to its own line.
        labels_to_target: labels until every language is at its target, median over the replays; None for never.
        area: mean accuracy over all rounds and languages, 0 to 1.
    """

    name: str
    mean: Line
    languages: dict[str, Line]
    labels_to_target: float | None
    area: float


@dataclass(frozen=True)
class Difference:
    """The project's own strategy against another one.

    Attributes:
        strategy: the other.
        area: how much larger the own mean accuracy over all rounds is; negative where the other's is larger.
        low, high: 95% interval of `area`.
        shown: whether the labels can show a difference at all.
        more_labels: 95% interval of the labels that the worse of the two needs in addition to get where the better
            one is at the point of comparison; None at the end where it never gets there, None as a whole where no
            difference is shown.
    """

    strategy: str
    area: float
    low: float
    high: float
    shown: bool
    more_labels: tuple[float, float | None] | None


@dataclass(frozen=True)
class Compared:
    """What a comparison found.

    Attributes:
        labels: labels at each round.
        point: the round at which accuracies are told: the one closest to half of the project's labels.
        targets: language to its target, for the languages that were compared.
        check_items: number of check items in each of these languages.
        left_out: language to why it was not compared, a part of a sentence.
        strategies: in the order asked for; the project's own first.
        differences: the own strategy against each of the others.
    """

    labels: tuple[int, ...]
    point: int
    targets: dict[str, float]
    check_items: dict[str, int]
    left_out: dict[str, str]
    strategies: tuple[ComparedStrategy, ...]
    differences: tuple[Difference, ...]

    @property
    def own(self) -> ComparedStrategy:
        """The project's own strategy."""
        return self.strategies[0]

    @property
    def labels_at_point(self) -> int:
        """Labels at the point of comparison."""
        return self.labels[self.point]

    def strategy(self, name: str) -> ComparedStrategy:
        """The strategy of that name."""
        return next(each for each in self.strategies if each.name == name)

    def as_json(self) -> dict[str, Any]:
        """Plain values, without infinity, which not every database can keep."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """The same again from what `as_json` gave, after a way through JSON."""
        return cls(
            labels=tuple(found["labels"]),
            point=found["point"],
            targets=dict(found["targets"]),
            check_items=dict(found["check_items"]),
            left_out=dict(found["left_out"]),
            strategies=tuple(_strategy(each) for each in found["strategies"]),
            differences=tuple(_difference(each) for each in found["differences"]),
        )


@dataclass(frozen=True)
class Comparison:
    """One comparison as stored; times in UTC.

    Attributes:
        strategies: names, the project's own first.
        seeds: replays of each.
        preparation: what is done to embeddings.
        stage: what is being done.
        progress: how much of it is done, 0 to 1.
        error: why it failed, one sentence.
        host, process_id: who works on it.
        heartbeat_at: when that process last said that it is alive.
        result: what came of it; None unless it is done.
    """

    id: int
    project_id: int
    state: ComparisonState
    strategies: tuple[str, ...]
    seeds: int
    preparation: str
    stage: str
    progress: float
    error: str | None
    host: str | None
    process_id: int | None
    heartbeat_at: datetime
    started_at: datetime
    finished_at: datetime | None
    result: Compared | None


def _strategy(found: Mapping[str, Any]) -> ComparedStrategy:
    languages = {language: _line(each) for language, each in found["languages"].items()}
    return ComparedStrategy(**dict(found) | {"mean": _line(found["mean"]), "languages": languages})


def _line(found: Mapping[str, Any]) -> Line:
    return Line(tuple(found["accuracy"]), tuple(found["error"]))


def _difference(found: Mapping[str, Any]) -> Difference:
    more = found["more_labels"]
    return Difference(**dict(found) | {"more_labels": None if more is None else (more[0], more[1])})
