"""How large a project is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """What a project has grown to.

    Attributes:
        items: texts in all.
        labels: labels that annotators have given, a round's worth after the other.
        batch: labels of a round.
        queue: texts of the batch that is open.
        seed: of texts, classes, times and people.
    """

    items: int
    labels: int
    batch: int
    queue: int = 500
    seed: int = 0

    @property
    def rounds(self) -> int:
        """Finished rounds whose batches are labelled; one more has chosen the batch that is open."""
        return self.labels // self.batch


SMALL = Size(items=10_000, labels=1_000, batch=50)
LARGE = Size(items=1_000_000, labels=100_000, batch=500)
