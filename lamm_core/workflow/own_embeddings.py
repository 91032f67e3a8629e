"""Embeddings that the user brings: a matrix with a row for each item, instead of an encoder."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from lamm_core.actors import Role
from lamm_core.errors import InvalidInput
from lamm_core.model.embedding_store import EmbeddingStore, Vectors
from lamm_core.model.encoders import MATRIX_PREFIX
from lamm_core.records import Project, Purpose
from lamm_core.storage import items
from lamm_core.words import translate as _
from lamm_core.workflow.own_ids import find_items
from lamm_core.workflow.projects import change_settings
from lamm_core.workflow.rights import needs
from lamm_core.workflow.workspace import Workspace

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


@dataclass(frozen=True)
class OwnEmbeddings:
    """What came of a matrix.

    Attributes:
        project: the project, whose encoder is the matrix now.
        added: texts that have a vector now and had none.
        missing: texts of the pool and the check set that have none yet; no round can be run before they do.
    """

    project: Project
    added: int
    missing: int


@needs(Role.ADMIN)
def use_embeddings(
    workspace: Workspace, project: Project, ids: Sequence[str], matrix: ArrayLike, name: str
) -> OwnEmbeddings:
    """Keep vectors for items, and make them the project's encoder, named `matrix:` and the name.

    More can be added under the same name at any time; a vector that is there never changes, so that what a model was
    fitted on can be had again.

    Args:
        ids: n ids of items in the user's own systems.
        matrix: `(n, d)` numbers, kept as float32.
        name: 1 to 60 letters, digits, dots, underlines and hyphens.

    Raises:
        InvalidInput: name, shape or numbers cannot be used; d is not that of the vectors before; or a text has
            another vector under this name already.
        UnknownItem: an id is not the project's.
    """
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            _("{name!r} is no name for a matrix: use 1 to 60 letters, digits, dots, underlines and hyphens.", name=name)
        )
    vectors = _checked(matrix, len(ids))
    found = find_items(workspace, project, ids)
    keys = [found[each].text_key for each in ids]
    store = workspace.embedding_store(MATRIX_PREFIX + name)
    _check_against(store, name, keys, vectors)
    added = len({key for key, row in zip(keys, store.rows_of(keys), strict=True) if row < 0})
    store.append(keys, vectors)
    changed = change_settings(workspace, project, replace(project.settings, encoder=store.encoder))
    return OwnEmbeddings(changed, added, _count_missing(workspace, changed, store))


def _checked(matrix: ArrayLike, count: int) -> Vectors:
    try:
        given = np.asarray(matrix)
    except ValueError as error:  # rows of different lengths
        raise InvalidInput(_("The matrix is no table of numbers: {reason}.", reason=error)) from error
    if given.dtype.kind not in "fiu":
        raise InvalidInput(_("The matrix holds {type}; numbers are wanted.", type=given.dtype))
    if given.ndim != 2 or len(given) != count or not given.size:
        raise InvalidInput(
            _(
                "The matrix has the shape {shape}; for {count:,} ids it must be ({count}, d), with d of at least 1.",
                shape=given.shape,
                count=count,
            )
        )
    with np.errstate(over="ignore"):  # too large for float32 is not finite, and counted below
        vectors: Vectors = np.ascontiguousarray(given, dtype=np.float32)
    broken = int(count - np.isfinite(vectors).all(axis=1).sum())
    if broken:
        raise InvalidInput(
            _(
                "{broken:,} of {count:,} rows of the matrix hold numbers that are not finite.",
                broken=broken,
                count=count,
            )
        )
    return vectors


def _check_against(store: EmbeddingStore, name: str, keys: Sequence[bytes], vectors: Vectors) -> None:
    """The new vectors go together with those that are kept, and with each other."""
    if store.dimension not in (0, vectors.shape[1]):
        raise InvalidInput(
            _(
                "The matrix has {now} numbers a row, and the vectors of {name!r} before had {before}.",
                now=vectors.shape[1],
                name=name,
                before=store.dimension,
            )
        )
    first = {key: place for place, key in reversed([*enumerate(keys)])}
    rows, firsts = store.rows_of(keys), [first[key] for key in keys]
    other = (vectors != vectors[firsts]).any(axis=1)
    known = np.flatnonzero(rows >= 0)
    if len(known):
        other[known] |= (vectors[known] != store.vectors([keys[place] for place in known.tolist()])).any(axis=1)
    if other.any():
        raise InvalidInput(
            _(
                "{other:,} of {all:,} rows are for a text that has another vector under the name {name!r} already; use "
                "another name for new vectors.",
                other=int(other.sum()),
                all=len(keys),
                name=name,
            )
        )


def _count_missing(workspace: Workspace, project: Project, store: EmbeddingStore) -> int:
    with workspace.database.read() as connection:
        tables = [items.read_items(connection, project.id, each) for each in (Purpose.POOL, Purpose.CHECK)]
    return sum(int((store.rows_of(table.keys) < 0).sum()) for table in tables)
