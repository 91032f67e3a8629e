"""What an annotator writes down."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HandedOut:
    """One claim: the items that it gave, those held before included, and its wall-clock seconds."""

    item_ids: tuple[int, ...]
    seconds: float


@dataclass(frozen=True)
class Acknowledged:
    """One label that was said to be stored, and the wall-clock seconds until then."""

    item_id: int
    external_id: str
    class_name: str
    seconds: float


@dataclass(frozen=True)
class AnnotatorLog:
    """All that one annotator met, in order.

    Attributes:
        name: the annotator.
        events: claims and labels, oldest first.
        waited: seconds without anything to label.
    """

    name: str
    events: tuple[HandedOut | Acknowledged, ...]
    waited: float = 0.0

    @property
    def claims(self) -> list[HandedOut]:
        """The claims, oldest first."""
        return [each for each in self.events if isinstance(each, HandedOut)]

    @property
    def labels(self) -> list[Acknowledged]:
        """The labels, oldest first."""
        return [each for each in self.events if isinstance(each, Acknowledged)]
