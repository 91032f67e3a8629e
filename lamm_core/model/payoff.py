"""Accuracy, recall of a class and macro-F1, each as a value of the sample and a table of what every answer adds to it.

All three are, to first order, means over texts: of what a pair (predicted class, true class) pays off. With that one
table the same code makes an interval for each of them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Payoff:
    """A figure of a sample.

    Attributes:
        value: the figure, 0 to 1; None where the sample does not define it.
        table: `(k, k)` what an answer adds: `table[predicted, true]`. Its mean over the sample is the value for
            accuracy and 0 for the others, whose table is their influence function.
        effective: answers that a plain share would need to be as certain as this figure.
        right: answers that count as right.
        counted: answers that count at all.
    """

    value: float | None
    table: NDArray[np.float64]
    effective: float
    right: int
    counted: int


PayoffOf = Callable[[NDArray[np.float64]], Payoff]


def accuracy(confusion: NDArray[np.float64]) -> Payoff:
    """Share of texts predicted right.

    Args:
        confusion: `(k, k)` texts by [predicted, true] class.
    """
    n, right = confusion.sum(), np.trace(confusion)
    return Payoff(float(right / n) if n else None, np.eye(len(confusion)), float(n), int(right), int(n))


def recall_of(code: int) -> PayoffOf:
    """Share of the texts of one class, given by its position, that are predicted right."""

    def recall(confusion: NDArray[np.float64]) -> Payoff:
        of_class, right = confusion[:, code].sum(), confusion[code, code]
        table = np.zeros_like(confusion, dtype=np.float64)
        if not of_class:
            return Payoff(None, table, 0.0, 0, 0)
        value = float(right / of_class)
        table[:, code] = -value
        table[code, code] = 1 - value
        table *= confusion.sum() / of_class
        return Payoff(value, table, float(of_class), int(right), int(of_class))

    return recall


def macro_f1(confusion: NDArray[np.float64]) -> Payoff:
    """Mean over classes of `F1 = 2 TP / (predicted + true)`; classes neither predicted nor true are left out.

    Its variance is that of the delta method at counts to which one right and one wrong answer a class are added, as
    Agresti and Coull do for a share: a rare class with one text, predicted right, would else be taken as certain.

    Source: Takahashi et al. (2022), "Confidence interval for micro-averaged F1 and macro-averaged F1 scores".
    """
    n = confusion.sum()
    if not n:
        return Payoff(None, np.zeros_like(confusion), 0.0, 0, 0)
    scores, table = _f1_table(confusion)
    seen = (confusion.sum(axis=1) + confusion.sum(axis=0)) > 0
    value = float(scores[seen].mean())
    cautious = confusion + _one_right_one_wrong(seen)
    _, cautious_table = _f1_table(cautious)
    variance = float((cautious * cautious_table**2).sum()) / cautious.sum() ** 2
    inside = min(max(value, 0.5 / n), 1 - 0.5 / n)
    effective = min(float(n), inside * (1 - inside) / variance) if variance > 0 else float(n)
    return Payoff(value, table, effective, int(np.trace(confusion)), int(n))


def _f1_table(confusion: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """F1 of each class, and what each answer adds to their mean, in units of the sample."""
    marked = confusion.sum(axis=1) + confusion.sum(axis=0)
    seen = marked > 0
    scores = np.divide(2 * np.diag(confusion), marked, out=np.zeros(len(confusion)), where=seen)
    share = np.divide(confusion.sum(), marked * seen.sum(), out=np.zeros(len(confusion)), where=seen)
    table = -(scores * share)[:, None] - (scores * share)[None, :]
    table[np.diag_indices_from(table)] += 2 * share
    return scores, table


def _one_right_one_wrong(seen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """One right answer for each class that occurs, and one wrong one, spread over the other classes that occur."""
    among = np.outer(seen, seen).astype(np.float64)
    wrong = among * (1 - np.eye(len(seen))) / max(1, seen.sum() - 1)
    added: NDArray[np.float64] = wrong + np.diag(seen.astype(np.float64))
    return added
