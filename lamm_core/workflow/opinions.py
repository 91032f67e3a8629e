"""What annotators say of items that several of them labelled: read once, and as the table that pure functions want."""

import functools
import hashlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from lamm_core.model.agreement import MISSING, Labels
from lamm_core.storage import agreement, annotator_work
from lamm_core.storage.agreement import Opinion
from lamm_core.workflow.kept import Kept, Mark, newest_mark

# Of more items than that, all opinions are read anew.
_MOST_ITEMS = 2_000

Opinions = tuple[Opinion, ...]


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


@dataclass(frozen=True)
class _Read:
    """Opinions, of which those on items without an act after the mark hold."""

    mark: Mark
    opinions: Opinions


_kept = Kept[_Read]()


def kept_opinions(connection: Connection, project_id: int) -> Opinions:
    """As `storage.agreement.read_opinions`, of all languages; only items that were acted on since are read again.

    What nobody has changed is the same tuple, so that what follows from it can be kept too.
    """
    mark, kept = newest_mark(connection, project_id), _kept.find(connection, project_id)
    if mark is None:
        return tuple(agreement.read_opinions(connection, project_id))
    if kept is None or not kept.mark.holds(connection, mark.changes):
        opinions = tuple(agreement.read_opinions(connection, project_id))
    else:
        opinions = _with_news(connection, project_id, kept)
    _kept.keep(connection, project_id, _Read(mark, opinions))
    return opinions


def _with_news(connection: Connection, project_id: int, kept: _Read) -> Opinions:
    """Opinions that are kept, with what people have said since."""
    touched = annotator_work.items_acted_on(connection, project_id, kept.mark.until)
    if len(touched) > _MOST_ITEMS:
        return tuple(agreement.read_opinions(connection, project_id))
    news = agreement.read_opinions(connection, project_id, item_ids=sorted(touched)) if touched else []
    before = [each for each in kept.opinions if each.item_id in touched]
    if news == before:
        return kept.opinions
    others = [each for each in kept.opinions if each.item_id not in touched]
    # By item, and within an item as they were read.
    return tuple(sorted([*others, *news], key=lambda each: each.item_id))


# Pages ask again at every click.
@functools.lru_cache(maxsize=32)
def tabulate(opinions: Opinions, annotators: tuple[str, ...], classes: tuple[str, ...]) -> OpinionTable:
    """Lay opinions out as a table.

    Args:
        opinions: as `kept_opinions` gives them, or some of them.
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
    labels.flags.writeable = False  # all who ask get this one
    return OpinionTable(tuple(rows), np.array([*languages.values()], dtype=str), annotators, labels)


def sorted_names(names: set[str]) -> tuple[str, ...]:
    """Names by the alphabet, capitals and small letters alike."""
    return tuple(sorted(names, key=lambda name: (name.lower(), name)))
