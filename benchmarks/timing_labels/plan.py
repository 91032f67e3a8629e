"""What is measured: which cases, with how many people, and how large their projects are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lamm_core.errors import InvalidInput

CHROMIUM_PACE = (0.4, 0.8)  # seconds that the person in the browser looks at a text
HUMAN_PACE = (1.0, 3.0)  # seconds that each of the others looks at one
NO_PACE = (0.0, 0.0)
_SECONDS = 60  # longer than a run takes, for the room in the queue
# Items that a page may hold ahead of its person.
_HELD = 12
# Labels that a model is fitted to while people label: with them, a round takes seconds.
_FITTED_LABELS = 5_000
_FITTED_POOL = 10_000


class Case(StrEnum):
    """A kind of run."""

    ALONE = "alone"
    TEAM = "team"
    FITTING = "fitting"
    THROUGHPUT = "throughput"


@dataclass(frozen=True)
class Run:
    """One run: a server of its own with a project of its own.

    Attributes:
        case: what is measured.
        users: people who label at once; one of them in a browser, but for the throughput.
        labels: labels that the figures are taken from: of the person in the browser, or of all for the throughput.
        seed: of the texts, the classes given and the pauses.
    """

    case: Case
    users: int
    labels: int
    seed: int

    @property
    def name(self) -> str:
        """Name of the run, for its folder."""
        return f"{self.case}-{self.users}"

    @property
    def in_browser(self) -> bool:
        """Whether one of the people labels in a browser."""
        return self.case is not Case.THROUGHPUT

    @property
    def simulated(self) -> int:
        """People without a browser."""
        return self.users - 1 if self.in_browser else self.users

    @property
    def queue(self) -> int:
        """Items queued before the run, so many that the next round is never due."""
        others = int(self.simulated * _SECONDS / HUMAN_PACE[0]) if self.in_browser else 0
        return 2 * (self.labels + others + self.users * _HELD)

    @property
    def labelled(self) -> int:
        """Items that came with their class, so that there is a model to fit."""
        return _FITTED_LABELS if self.case is Case.FITTING else 0

    @property
    def pool(self) -> int:
        """Items of the pool."""
        return max(self.queue + 100, _FITTED_POOL if self.case is Case.FITTING else 0)


def plan_runs(
    cases: Sequence[Case], users: Sequence[int], labels: int, throughput_labels: int, seed: int
) -> Iterator[Run]:
    """The runs that were asked for, in the order of `Case`.

    Args:
        cases: the kinds of run.
        users: sizes of the team. `alone` always has one user; `team` is run for each size above one, `fitting` for
            each, `throughput` for the largest.
        labels: labels of the person in the browser.
        throughput_labels: labels of all people together, where the throughput is measured.
        seed: see `Run`.

    Raises:
        InvalidInput: a number is below one.
    """
    if min(labels, throughput_labels, *users) < 1:
        raise InvalidInput("Users and labels must be at least 1 each.")
    sizes = {
        Case.ALONE: [1],
        Case.TEAM: [each for each in users if each > 1],
        Case.FITTING: list(users),
        Case.THROUGHPUT: [max(users)],
    }
    for case in Case:
        for size in sizes[case] if case in cases else []:
            yield Run(case, size, throughput_labels if case is Case.THROUGHPUT else labels, seed)
