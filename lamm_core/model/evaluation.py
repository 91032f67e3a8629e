"""Accuracy per language on the check set, with an honest interval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from lamm_core.errors import InvalidInput


@dataclass(frozen=True)
class LanguageAccuracy:
    """How often the model is right in one language.

    Attributes:
        correct: number of check items predicted right.
        checked: number of check items.
    """

    correct: int
    checked: int

    @property
    def accuracy(self) -> float | None:
        """Share of right predictions, 0 to 1; None without check items."""
        return self.correct / self.checked if self.checked else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the accuracy; (0, 1) without check items.

        Source: Wilson (1927), "Probable inference, the law of succession, and statistical inference".
        """
        if not self.checked:
            return (0.0, 1.0)
        bounds = binomtest(self.correct, self.checked).proportion_ci(method="wilson")
        return (float(bounds.low), float(bounds.high))


def accuracy_by_language(
    predicted: Sequence[str] | NDArray[np.str_],
    classes: Sequence[str] | NDArray[np.str_],
    languages: Sequence[str] | NDArray[np.str_],
) -> dict[str, LanguageAccuracy]:
    """Count right predictions per language.

    Args:
        predicted: `(n,)` predicted class of each check item.
        classes: `(n,)` its true class.
        languages: `(n,)` its language.

    Returns:
        language to `LanguageAccuracy`, for the languages that occur.

    Raises:
        InvalidInput: the three do not have the same length.
    """
    if not len(predicted) == len(classes) == len(languages):
        raise InvalidInput(
            f"Each check item needs a prediction, a class and a language; got {len(predicted)} predictions, "
            f"{len(classes)} classes and {len(languages)} languages."
        )
    right = np.asarray(predicted, dtype=str) == np.asarray(classes, dtype=str)
    language_of = np.asarray(languages, dtype=str)
    return {
        str(language): LanguageAccuracy(int(right[language_of == language].sum()), int((language_of == language).sum()))
        for language in np.unique(language_of)
    }


def measured(accuracies: Mapping[str, LanguageAccuracy]) -> dict[str, float]:
    """Accuracy of the languages that have one, as `select_batch` wants it."""
    return {language: figure.accuracy for language, figure in accuracies.items() if figure.accuracy is not None}
