"""What a round saw of each check item, kept beside its model as a file of arrays."""

import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from lamm_core.errors import ModelUnreadable
from lamm_core.files import written_aside

# Ending of a record's file, beside the file of its model.
CHECK_RECORD = ".checks.npz"
_BETWEEN = "\t"
# What a damaged archive makes numpy and zipfile raise: RuntimeError where a bit says that it is encrypted or packed in
# an unknown way, TypeError where it is no archive but a single array.
_DAMAGES = (OSError, ValueError, TypeError, KeyError, EOFError, RuntimeError, BadZipFile, zlib.error)


def figure_name(language: str, class_name: str | None = None) -> str:
    """Name of the figure of a language, or of one of its classes."""
    return language if class_name is None else f"{language}{_BETWEEN}{class_name}"


@dataclass(frozen=True, eq=False)
class CheckRecord:
    """Check items as one round saw them.

    Attributes:
        metric: `()` the figure that was measured of whole languages, a value of `Metric`.
        ids: `(m,)` global item ids, rising.
        languages: `(m,)`.
        predicted: `(m,)` class that the model predicted.
        true: `(m,)` class they were labelled with.
        confidence: `(m,)` the model's probability of what it predicted.
        chance: `(m,)` the judge's probability that the prediction is right; nan without a judge.
        figures: f names, see `figure_name`.
        errors: `(f,)` standard error of each figure.
        influence: `(f, m)` how far each item moves each figure.
    """

    metric: NDArray[np.str_]
    ids: NDArray[np.int64]
    languages: NDArray[np.str_]
    predicted: NDArray[np.str_]
    true: NDArray[np.str_]
    confidence: NDArray[np.float64]
    chance: NDArray[np.float64]
    figures: NDArray[np.str_]
    errors: NDArray[np.float64]
    influence: NDArray[np.float64]

    def save(self, path: Path) -> None:
        """Write the record, aside first."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_aside(path) as aside, aside.open("wb") as file:
            np.savez_compressed(file, **{name: getattr(self, name) for name in self.__dataclass_fields__})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a record.

        Raises:
            ModelUnreadable: the file is missing or damaged.
        """
        try:
            with np.load(path, allow_pickle=False) as arrays:
                record = cls(**{name: arrays[name] for name in cls.__dataclass_fields__})
            record._check_shapes()
        except _DAMAGES as error:
            raise ModelUnreadable(f"The record {path} cannot be read ({type(error).__name__}).") from error
        return record

    def _check_shapes(self) -> None:
        """Raise ValueError unless the arrays fit together."""
        items, figures = self.ids.shape, self.figures.shape
        columns = (self.languages, self.predicted, self.true, self.confidence, self.chance)
        fits = len(items) == len(figures) == 1 and all(column.shape == items for column in columns)
        if not (fits and self.errors.shape == figures and self.influence.shape == figures + items):
            raise ValueError(f"arrays of {self.ids.shape} items and {self.influence.shape} influences do not fit")

    def figure(self, name: str) -> tuple[NDArray[np.float64], float] | None:
        """Influence `(m,)` and standard error of a figure; None where it was not measured."""
        found = np.flatnonzero(self.figures == name)
        return (self.influence[found[0]], float(self.errors[found[0]])) if len(found) else None
