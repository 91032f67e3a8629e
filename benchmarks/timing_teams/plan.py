"""What is measured: on which database, with how many people, for how long."""

from dataclasses import dataclass
from enum import StrEnum

from lamm_core.records import DEFAULT_STRATEGY
from timing_labels.project import Content

PACE = (1.0, 3.0)  # seconds that each looks at a text
_LABELS_A_SECOND = 1 / PACE[0]  # of the quickest person, for the size of the pool
_KNOWN = 500  # texts that come with their class, so that each round fits a model
_BATCH = 500


class Engine(StrEnum):
    """The database."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


@dataclass(frozen=True)
class TeamRun:
    """One run: servers of its own on data of its own.

    Attributes:
        engine: the database.
        people: annotators, each in one of the project's languages.
        seconds: how long they work.
        servers: app processes, which people take in turn.
        seed: of the texts, the classes given and the pauses.
    """

    engine: Engine
    people: int
    seconds: float
    servers: int
    seed: int

    @property
    def content(self) -> Content:
        """A project whose pool outlasts the run, in batches that make rounds start while people label."""
        pool = _KNOWN + 2 * _BATCH + int(self.people * self.seconds * _LABELS_A_SECOND)
        return Content(pool, _KNOWN, _BATCH, DEFAULT_STRATEGY, self.seed)
