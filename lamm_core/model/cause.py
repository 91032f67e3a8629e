"""Where a low accuracy comes from: the model, the labels of somebody, or the guidelines. A rule on measured figures.

First agreement is looked at, since no model can be better than labels that contradict each other:

1. Krippendorff's alpha is 0.8 or more, and surely 0.667: the labels are good, so it is the model.
2. Somebody stands out: agrees with the others less than these do among themselves, or gets fewer gold items right, by
   10 points or more and by intervals that do not touch. It is the labels.
3. The learning curve reaches the target with a chance of 90 % or more: it is the model, which wants more labels.
4. Alpha is surely under 0.8, three people or more disagree alike, and about the same two classes: the guidelines.
5. Otherwise it cannot be told yet, and why is said.

Of the model it is the encoder where the curve does not reach the target, or the encoder does not know the language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lamm_core.model.agreement import MISSING, Figure, Labels, Reading, reading
from lamm_core.model.forecast import LEAST_CHANCE
from lamm_core.model.intervals import wilson

# A chance of the target from which on more labels are all that is missing.
_SURE_CHANCE = 0.9
# A smaller difference explains no low accuracy, however surely it is one.
_LEAST_DIFFERENCE = 0.1
# Nobody is named for less.
_FEWEST_UNITS = 10
_FEWEST_PEOPLE = 3
# Half-width up to which the figures of people can be called alike.
_WIDEST = 0.15
# Of what disagreement about two classes could be beyond chance, the part that makes it more than chance.
_LEAST_EXCESS = 1 / 3


class Origin(StrEnum):
    """What a low accuracy comes from."""

    MODEL = "model"
    LABELS = "labels"
    GUIDELINES = "guidelines"
    NOT_TOLD = "not told"


class Ground(StrEnum):
    """What speaks for it, or why nothing can be said."""

    MORE_LABELS = "more labels"
    ENCODER = "encoder"
    FEW_ROUNDS = "few rounds"
    PEOPLE = "people"
    CLASSES = "classes"
    NO_OVERLAP = "no overlap"
    FEW_SHARED = "few shared"
    FEW_PEOPLE = "few people"
    SCATTERED = "scattered"


@dataclass(frozen=True)
class Person:
    """One annotator beside the others.

    Attributes:
        name: the annotator.
        with_others: share of the others' labels on the annotator's units that are the same; see `share_with_others`.
        others: share of equal pairs among the labels of all others; see `same_share`.
        gold: share of gold items that the annotator got right; None where none was answered.
        others_gold: the same of all others together.
    """

    name: str
    with_others: Figure
    others: Figure
    gold: Figure | None = None
    others_gold: Figure | None = None

    @property
    def stands_out(self) -> bool:
        """Whether the annotator is surely and clearly less right than the others."""
        return _is_worse(self.with_others, self.others) or _is_worse(self.gold, self.others_gold)


@dataclass(frozen=True)
class Confused:
    """The two classes that are taken for each other most.

    Attributes:
        classes: their codes, rising.
        share: share of the units with different labels on which both were given, 0 to 1, with Wilson's interval.
        by_chance: what it would be if classes were confused as often as they occur, 0 to 1.
    """

    classes: tuple[int, int]
    share: Figure
    by_chance: float

    @property
    def stands_out(self) -> bool:
        """Whether these two are surely behind much of the disagreement; of two classes there are no others."""
        if self.share.low is None or self.by_chance == 1:
            return self.by_chance == 1
        return (self.share.low - self.by_chance) / (1 - self.by_chance) >= _LEAST_EXCESS


@dataclass(frozen=True)
class Facts:
    """What is known of a language behind its target.

    Attributes:
        alpha: Krippendorff's alpha.
        people: its annotators.
        confused: the classes that are taken for each other most; None where no labels differ.
        chance: that the learning curve reaches the target, 0 to 1; None where too few rounds have measured it.
        encoder_knows: whether the encoder was trained on the language.
    """

    alpha: Figure
    people: tuple[Person, ...]
    confused: Confused | None
    chance: float | None
    encoder_knows: bool = True


@dataclass(frozen=True)
class Cause:
    """Where a low accuracy is likelier to come from than from elsewhere.

    Attributes:
        origin: from what.
        ground: what speaks for it.
        people: names of those who stand out.
        classes: codes of the two classes that are taken for each other.
    """

    origin: Origin
    ground: Ground
    people: tuple[str, ...] = ()
    classes: tuple[int, int] | None = None

    @property
    def is_told(self) -> bool:
        """Whether anything can be said."""
        return self.origin is not Origin.NOT_TOLD


def find_cause(facts: Facts) -> Cause:
    """Where a low accuracy comes from, by the rule on top of this module."""
    alpha = facts.alpha
    if _is_good(alpha):
        return _of_model(facts)
    people = tuple(each.name for each in facts.people if each.stands_out)
    if people:
        return Cause(Origin.LABELS, Ground.PEOPLE, people=people)
    if facts.chance is not None and facts.chance >= _SURE_CHANCE:
        return Cause(Origin.MODEL, Ground.MORE_LABELS)
    if alpha.high is None:
        return Cause(Origin.NOT_TOLD, Ground.NO_OVERLAP)
    if reading(alpha.high) is Reading.GOOD:
        return Cause(Origin.NOT_TOLD, Ground.FEW_SHARED)
    return _of_people_alike(facts)


def most_confused(labels: Labels) -> Confused | None:
    """The two classes that stand most often together on one unit; None where no unit has different labels.

    Args:
        labels: `(units, annotators)` classes, or `MISSING`.
    """
    given = labels[(labels != MISSING).sum(axis=1) > 1]
    classes, counts = np.unique(given[given != MISSING], return_counts=True)
    held = np.stack([(given == each).any(axis=1) for each in classes], axis=1) if len(classes) else np.empty((0, 0))
    differ = held[held.sum(axis=1) > 1].astype(np.int64)
    if not len(differ):
        return None
    together, shares = np.triu(differ.T @ differ, k=1), counts / counts.sum()
    chances = np.triu(np.outer(shares, shares), k=1)
    first, second = np.unravel_index(together.argmax(), together.shape)
    share = float(together[first, second] / len(differ))
    return Confused(
        (int(classes[first]), int(classes[second])),
        Figure(len(differ), share, *wilson(share, len(differ))),
        float(chances[first, second] / chances.sum()),
    )


def _of_model(facts: Facts) -> Cause:
    if not facts.encoder_knows:
        return Cause(Origin.MODEL, Ground.ENCODER)
    if facts.chance is None:
        return Cause(Origin.MODEL, Ground.FEW_ROUNDS)
    return Cause(Origin.MODEL, Ground.MORE_LABELS if facts.chance >= LEAST_CHANCE else Ground.ENCODER)


def _of_people_alike(facts: Facts) -> Cause:
    """The cause where agreement is surely low and nobody stands out."""
    told = [each.with_others for each in facts.people if each.with_others.interval]
    if len(told) < _FEWEST_PEOPLE:
        return Cause(Origin.NOT_TOLD, Ground.FEW_PEOPLE)
    if not _are_narrow(told):
        return Cause(Origin.NOT_TOLD, Ground.FEW_SHARED)
    if facts.confused is None or not facts.confused.stands_out:
        return Cause(Origin.NOT_TOLD, Ground.SCATTERED)
    return Cause(Origin.GUIDELINES, Ground.CLASSES, classes=facts.confused.classes)


def _is_good(alpha: Figure) -> bool:
    return alpha.reading is Reading.GOOD and alpha.low is not None and reading(alpha.low) is not Reading.POOR


def _are_narrow(figures: Sequence[Figure]) -> bool:
    return all(high - low <= 2 * _WIDEST for low, high in (each.interval for each in figures if each.interval))


def _is_worse(own: Figure | None, others: Figure | None) -> bool:
    if own is None or others is None or min(own.units, others.units) < _FEWEST_UNITS:
        return False
    if own.estimate is None or own.high is None or others.estimate is None or others.low is None:
        return False
    return own.high < others.low and others.estimate - own.estimate >= _LEAST_DIFFERENCE
