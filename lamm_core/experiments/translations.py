"""Translations that the data has already: rows that say the same as an item of the pool in another language."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Translations:
    """Which rows of a task are translations of which items of its pool.

    Attributes:
        originals: `(t,)` positions of items of the pool.
        rows: `(t,)` positions of a translation of each; it stands in the pool itself, or in `extra`.
        extra: positions of the rows that are in the task only because they are translations.
    """

    originals: NDArray[np.intp]
    rows: NDArray[np.intp]
    extra: NDArray[np.intp]

    def of(self, labelled: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Translations of labelled items, without those that have a label of their own.

        Args:
            labelled: `(m,)` positions of the labelled items.

        Returns:
            Positions of the translations `(u,)`, each once, and for each a labelled item that it translates, `(u,)`.
        """
        wanted = np.isin(self.originals, labelled) & ~np.isin(self.rows, labelled)
        rows, first = np.unique(self.rows[wanted], return_index=True)
        return rows, self.originals[wanted][first]

    def moved(self, place_of: NDArray[np.intp]) -> "Translations":
        """The same with rows in another order; `place_of[i]` is the new position of row i."""
        return Translations(place_of[self.originals], place_of[self.rows], place_of[self.extra])
