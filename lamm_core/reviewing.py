"""The words of a review: why somebody should look at an item, what was decided, and what a reviewer is shown."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lamm_core.records import Action, ItemState, Remark


class Reason(StrEnum):
    """Why somebody should look at an item."""

    ANSWERED = "answered"
    FLAGGED = "flagged"
    COMMENTED = "commented"
    DISAGREEMENT = "disagreement"
    LIKELY_ERROR = "likely-error"
    SENT_BACK = "sent-back"
    BEFORE_CLASS = "before-class"


# Listed only where they are asked for: the first wait for somebody else, the second may be thousands.
APART = (Reason.SENT_BACK, Reason.BEFORE_CLASS)


class Decision(StrEnum):
    """What a reviewer decided about an item."""

    ACCEPT = "accept"
    CHANGE = "change"
    SEND_BACK = "send-back"
    UNDO = "undo"


@dataclass(frozen=True)
class ReviewFilter:
    """Which items to list; what is None is not asked for.

    Attributes:
        reason: only items for this reason; None takes all but those that have only reasons of `APART`.
        language: language of the item.
        class_name: the class that stands.
        annotator: name of an annotator who labelled or skipped the item.
    """

    reason: Reason | None = None
    language: str | None = None
    class_name: str | None = None
    annotator: str | None = None


@dataclass(frozen=True)
class ReviewEntry:
    """One line of the list of what needs a look.

    Attributes:
        item_id: global id of the item.
        external_id: its id in the imported file.
        language: its language.
        text: the beginning of its text.
        class_name: the class that stands; None where there is none.
        reasons: why it is listed.
        likelier: the class that the model holds for likelier, where it is a likely error.
    """

    item_id: int
    external_id: str
    language: str
    text: str
    class_name: str | None
    reasons: tuple[Reason, ...]
    likelier: str | None = None


@dataclass(frozen=True)
class ReviewList:
    """A page of what needs a look.

    Attributes:
        entries: the items of this page.
        total: items on all pages.
    """

    entries: tuple[ReviewEntry, ...]
    total: int


@dataclass(frozen=True)
class Opinion:
    """What an annotator says of an item now: their newest label or skip.

    Attributes:
        label_id: number of the act.
        annotator_id: who; None for a label that came with an import.
        annotator: their name; None for an import.
        action: label or skip.
        class_name: the class given, for a label.
        given_at: when, in UTC.
        seconds: time taken, where it is known.
        comment: what they wrote about the item.
        flagged: they want somebody to look at it.
        deciding: it is the label that the class of the item comes from, where no reviewer decided.
    """

    label_id: int
    annotator_id: int | None
    annotator: str | None
    action: Action
    class_name: str | None
    given_at: datetime
    seconds: float | None
    comment: str | None
    flagged: bool
    deciding: bool


@dataclass(frozen=True)
class ReviewRow:
    """A decision as it is stored.

    Attributes:
        id: number of the decision; a newer one has a larger number.
        decision: what was decided.
        class_name: the class that stands by it.
        reviewer: name of who decided.
        asked: name of who was asked again, where the item was sent back.
        decided_at: when, in UTC.
        stands: it is the newest, was not undone, and nobody labelled the item since.
    """

    id: int
    decision: Decision
    class_name: str | None
    reviewer: str
    asked: str | None
    decided_at: datetime
    stands: bool


@dataclass(frozen=True)
class Seen:
    """What a reviewer had on the screen: the newest act and the newest decision of the item; None where there is none.

    A decision that was made of something else is refused.
    """

    label_id: int | None
    review_id: int | None


@dataclass(frozen=True)
class ReviewItem:
    """An item with all that a reviewer needs.

    Attributes:
        item_id: global id.
        external_id: its id in the imported file.
        language: its language.
        text: all of it.
        state: where it stands.
        class_name: the class that stands for training and export; None where there is none.
        opinions: newest act of each annotator that was not taken back, oldest first.
        likelier: the class that the model holds for likelier; None where it does not suspect the label.
        score: chance that the model gives the class of the label, 0 to 1; None as above.
        review: the newest decision; None where there is none.
        thread: what was written about it, oldest first.
        seen: what this is a picture of.
    """

    item_id: int
    external_id: str
    language: str
    text: str
    state: ItemState
    class_name: str | None
    opinions: tuple[Opinion, ...]
    likelier: str | None
    score: float | None
    review: ReviewRow | None
    thread: tuple[Remark, ...]
    seen: Seen

    @property
    def is_settled(self) -> bool:
        """Whether a decision stands."""
        return self.review is not None and self.review.stands
