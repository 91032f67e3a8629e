"""What annotators say of items, as the table that pure functions want."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Row

from lamm_core.model.agreement import MISSING, Labels


@dataclass(frozen=True, eq=False)
class OpinionTable:
    """Opinions, an item a row and an annotator a column.

    Attributes:
        item_ids: ids of the items, in the order of the rows.
        languages: `(items,)` language of each of them.
        annotators: names of the annotators, in the order of the columns.
        labels: `(items, annotators)` place of the class in the project, or `MISSING`.
    """

    item_ids: tuple[int, ...]
    languages: NDArray[np.str_]
    annotators: tuple[str, ...]
    labels: Labels


@dataclass(frozen=True)
class SharedLabels:
    """Labels that can be compared, equal to others that are the same, so that what follows from them can be kept."""

    shape: tuple[int, ...]
    digest: bytes
    labels: Labels = field(compare=False)

    @classmethod
    def of(cls, labels: Labels) -> "SharedLabels":
        """The rows with two labels or more; all of them where there is none, since they say what is missing."""
        several = (labels != MISSING).sum(axis=1) > 1
        shared = labels[several] if several.any() else labels
        return cls(shared.shape, hashlib.blake2b(shared.tobytes(), digest_size=16).digest(), shared)


def tabulate(opinions: Sequence[Row[Any]], annotators: Sequence[str], classes: Sequence[str]) -> OpinionTable:
    """Lay opinions out as a table.

    Args:
        opinions: rows as `storage.agreement.read_opinions` gives them.
        annotators: all that occur among them, and others who get a column without labels.
        classes: all classes of the project.
    """
    columns = {name: column for column, name in enumerate(annotators)}
    codes = {name: code for code, name in enumerate(classes)}
    languages = {each.item_id: each.language for each in opinions}
    rows = {item_id: row for row, item_id in enumerate(languages)}
    labels = np.full((len(rows), len(columns)), MISSING, dtype=np.int16)
    if opinions:
        cells = [(rows[each.item_id], columns[each.annotator], codes[each.class_name]) for each in opinions]
        row, column, code = np.array(cells).T
        labels[row, column] = code
    return OpinionTable(tuple(rows), np.array([*languages.values()], dtype=str), tuple(annotators), labels)


def sorted_names(names: set[str]) -> list[str]:
    """Names by the alphabet, capitals and small letters alike."""
    return sorted(names, key=lambda name: (name.lower(), name))
