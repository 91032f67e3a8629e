"""Check sets and texts drawn from one language, with drift of a known kind and size, or none."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lamm_core.experiments.tasks import Layout
from lamm_core.model.embedding import embed_missing
from lamm_core.model.embedding_store import EmbeddingStore, Vectors, text_key

# Long texts are the longest fifth.
_LONG = 0.8

_Rows = NDArray[np.intp]


class Kind(StrEnum):
    """What is planted."""

    NONE = "no drift"
    NEW_CLASS = "a class that the check set lacks"
    MORE_OF_CLASS = "more of one class"
    LONG = "more of the longest fifth"


@dataclass(frozen=True, eq=False)
class Language:
    """All texts of one language.

    Attributes:
        name: its code.
        vectors: `(n, d)` their embeddings.
        classes: `(n,)` their classes.
        is_long: `(n,)` which belong to the longest fifth.
    """

    name: str
    vectors: Vectors
    classes: NDArray[np.str_]
    is_long: NDArray[np.bool_]


def read_language(file: Path, name: str, most: int, store: EmbeddingStore) -> Language:
    """A random part of a language's texts, embedded."""
    layout = Layout()
    rows = pd.read_parquet(file, columns=list(layout.columns))
    rows = rows[rows[layout.language] == name]
    rows = rows.sample(min(most, len(rows)), random_state=0)
    texts = rows[layout.text].tolist()
    embed_missing(store, texts)
    lengths = rows[layout.text].str.len().to_numpy()
    return Language(
        name=name,
        vectors=store.vectors([text_key(text) for text in texts]),
        classes=rows[layout.label].to_numpy(dtype=str),
        is_long=lengths > np.quantile(lengths, _LONG),
    )


def draw(
    language: Language, kind: Kind, share: float, checked: int, texts: int, rng: np.random.Generator
) -> tuple[_Rows, _Rows]:
    """Rows of a check set and of other texts, of which a share is of the planted kind, besides what is there anyway."""
    order = rng.permutation(len(language.classes))
    names, counts = np.unique(language.classes, return_counts=True)
    # Of a rarer class there would not be enough left beside the check set.
    left = counts * (1 - checked / len(order))
    chosen = rng.choice(names[left >= min(1.2 * share * texts, left.max())])
    is_planted = language.is_long if kind is Kind.LONG else language.classes == chosen
    if kind is Kind.NEW_CLASS:  # where it is planted it is all there is of its kind
        usual = order[~is_planted[order]]
        check, rest = usual[:checked], usual[checked:]
        planted = order[is_planted[order]]
    else:
        check, rest = order[:checked], order[checked:]
        planted = rest[is_planted[rest]]
    planted = planted[: round(share * texts)]
    others = rest[~np.isin(rest, planted)][: texts - len(planted)]
    return check, np.concatenate([others, planted])
