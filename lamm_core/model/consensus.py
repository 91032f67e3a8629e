"""Consensus: one class for each unit from the labels of several annotators, by majority or by Dawid and Skene's model.

Labels are `(units, annotators)` whole numbers, a class each, or `MISSING`, as in `lamm_core.model.agreement`.

Source: Dawid and Skene (1979), "Maximum likelihood estimation of observer error-rates using the EM algorithm".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.agreement import MISSING, Figure, Labels, Lack
from lamm_core.model.intervals import wilson
from lamm_core.records import Consensus

# How often each annotator takes each class for each other one is estimated from the labels themselves. With fewer units
# a class, or with two annotators, that says little and a majority is the safer guess.
_UNITS_PER_CLASS = 10
_FEWEST_ANNOTATORS = 3


@dataclass(frozen=True, eq=False)
class Agreed:
    """What several annotators make of each unit.

    Attributes:
        rule: how it follows from their labels.
        classes: `(units,)` class of each.
        confidence: `(units,)` 0 to 1: the share of its labels that name the class, or the probability that Dawid and
            Skene's model gives to it.
    """

    rule: Consensus
    classes: NDArray[np.int64]
    confidence: NDArray[np.float64]


def majority(labels: Labels, deciding: NDArray[np.integer]) -> Agreed:
    """The class that most labels of a unit name.

    Args:
        labels: `(units, annotators)`, one label or more a unit.
        deciding: `(units,)` the class that wins a tie that it is part of; among others the lowest code does.
    """
    votes = _votes(labels)
    return _most(Consensus.MAJORITY, votes / votes.sum(axis=1, keepdims=True), deciding)


def dawid_skene(labels: Labels, deciding: NDArray[np.integer]) -> Agreed:
    """The class that is likeliest once annotators who err more, or confuse certain classes, count less.

    The majority, where the labels are too few to tell how annotators err: fewer than 10 units for each class that
    occurs, or fewer than three annotators. The same labels always give the same classes.

    Args:
        labels: `(units, annotators)`, two labels or more a unit; a unit with one would say of its annotator what they
            said themselves.
        deciding: as for `majority`.
    """
    units, annotators = np.nonzero(labels != MISSING)
    codes = labels[units, annotators]
    few_units = len(labels) < _UNITS_PER_CLASS * len(np.unique(codes))
    if few_units or len(np.unique(annotators)) < _FEWEST_ANNOTATORS:
        return majority(labels, deciding)
    # Loading crowd-kit takes seconds, which nobody shall wait for who has no use for it.
    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    told = pd.DataFrame({"task": units, "worker": annotators, "label": codes})
    chances: pd.DataFrame = DawidSkene(n_iter=100).fit_predict_proba(told)
    found = np.zeros((len(labels), int(codes.max()) + 1))
    found[np.ix_(chances.index.to_numpy(), chances.columns.to_numpy())] = chances.to_numpy()
    return _most(Consensus.DAWID_SKENE, found, deciding)


def as_the_others(labels: Labels) -> Labels:
    """Whether each label is the class that most of the others give to the unit: 1 where it is, 0 where it is not.

    `MISSING` where there is no label, nobody else's, or the others are split evenly between two classes or more.

    Args:
        labels: `(units, annotators)`.
    """
    found = np.full(labels.shape, MISSING, dtype=np.int8)
    units, annotators = np.nonzero(labels != MISSING)
    if not len(units):
        return found
    codes, others = labels[units, annotators], _votes(labels)[units]
    others[np.arange(len(units)), codes] -= 1
    most = others.max(axis=1)
    counted = (most > 0) & ((others == most[:, None]).sum(axis=1) == 1)
    found[units[counted], annotators[counted]] = others[counted].argmax(axis=1) == codes[counted]
    return found


def share_of_ones(answers: Labels) -> Figure:
    """The share of answers that are 1, 0 to 1, with Wilson's interval.

    Args:
        answers: 1, 0, or `MISSING`, of one annotator as `as_the_others` gives them.
    """
    told = answers[answers != MISSING]
    if not len(told):
        return Figure(0, lack=Lack.NO_OVERLAP)
    share = float(told.mean())
    return Figure(len(told), share, *wilson(share, len(told)))


def _votes(labels: Labels) -> NDArray[np.int64]:
    """Labels of each class, `(units, classes)`; as many classes as the highest code needs. There is a label."""
    units, annotators = np.nonzero(labels != MISSING)
    codes = labels[units, annotators].astype(np.int64)
    classes = int(codes.max()) + 1
    return np.bincount(units * classes + codes, minlength=len(labels) * classes).reshape(len(labels), classes)


def _most(rule: Consensus, shares: NDArray[np.float64], deciding: NDArray[np.integer]) -> Agreed:
    """The class with the largest share of each unit, `(units, classes)`; the deciding one where it shares the lead."""
    rows = np.arange(len(shares))
    found, top = shares.argmax(axis=1), shares.max(axis=1)
    known = (deciding >= 0) & (deciding < shares.shape[1])
    leads = known & np.isclose(shares[rows, np.where(known, deciding, 0)], top)
    return Agreed(rule, np.where(leads, deciding, found).astype(np.int64), top)
