"""What a text says by its spelling, beside what the encoder says of it.

Character n-grams need no encoder: they tell texts apart in a language that the encoder has never seen, and add a
little in those that it knows. Two views are made of them. The shared view is one analysis over all languages, in which
names and loanwords link them. A language that the encoder does not know well has a view of its own besides, in
dimensions that are 0 for all other languages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from lamm_core.model.embedding_store import Vectors
from lamm_core.model.preparation.centring import (
    Arrays,
    Centring,
    Languages,
    fit_language_centring,
    unit_length,
)
from lamm_core.model.preparation.familiarity import relative_spreads
from lamm_core.model.preparation.lsa import Lsa, fit_lsa
from lamm_core.model.preparation.ngrams import CHUNK, Counts, Keys, count_ngrams, fit_ngrams
from lamm_core.model.preparation.rows import chunks, sample_rows

KNOWN_FROM = 0.94
ENCODER_WEIGHT = 0.85
SHARED_PART = 0.35
SHARED_SIZE = 512
OWN_SIZE = 100
_SHARED_MIN_TEXTS = 3
_OWN_MIN_TEXTS = 2
_SHARED_MAX_FIT = 20_000
_OWN_MAX_FIT = 4_000


def view_weights(relative_spread: float) -> tuple[float, float, float]:
    """What the encoder's view, the shared view and a language's own view weigh; they sum to 1.

    Args:
        relative_spread: r of the language, 0 to 1.

    Returns:
        `e = 0.85 r^2` for the encoder, and of the rest 35 % for the shared view and 65 % for the own one. From
        r = 0.94 on, the encoder knows the language: 0.85, 0.15 and 0.
    """
    if relative_spread >= KNOWN_FROM:
        return ENCODER_WEIGHT, 1 - ENCODER_WEIGHT, 0.0
    encoder = ENCODER_WEIGHT * relative_spread**2
    return encoder, (1 - encoder) * SHARED_PART, (1 - encoder) * (1 - SHARED_PART)


@dataclass(frozen=True, eq=False)
class Projection:
    """From n-grams to the two views, not yet centred.

    Attributes:
        keys: `(v,)` the n-grams that are counted.
        shared: the analysis over all languages.
        own: an analysis for each language that the encoder does not know well, in the order of their columns.
    """

    keys: Keys
    shared: Lsa
    own: dict[str, Lsa]

    def of_counts(self, counts: Counts, languages: Languages) -> tuple[Vectors, Vectors]:
        """Shared view `(n, 512)` and own views side by side `(n, o)` of counts `(n, v)`."""
        blocks = [np.zeros((len(languages), 0), dtype=np.float32)]
        for name, lsa in self.own.items():
            rows = np.flatnonzero(languages == name)
            blocks.append(np.zeros((len(languages), lsa.components.shape[1]), dtype=np.float32))
            blocks[-1][rows] = lsa.apply(counts[rows])
        return self.shared.apply(counts), np.hstack(blocks)

    def of_texts(self, texts: Sequence[str], languages: Languages) -> tuple[Vectors, Vectors]:
        """The same of texts, a chunk at a time."""
        parts = [
            self.of_counts(count_ngrams(self.keys, texts[rows]), languages[rows]) for rows in chunks(len(texts), CHUNK)
        ]
        if not parts:
            return self.of_counts(count_ngrams(self.keys, []), languages)
        return np.concatenate([shared for shared, _ in parts]), np.concatenate([own for _, own in parts])


@dataclass(frozen=True, eq=False)
class Lexical:
    """The views fitted on a pool.

    Attributes:
        projection: from n-grams to views.
        shared_centring, own_centring: what is taken from each view.
        languages: `(L,)` languages of the pool, sorted.
        weights: `(L, 3)` what the encoder's, the shared and the own view weigh in each.
    """

    projection: Projection
    shared_centring: Centring
    own_centring: Centring
    languages: Languages
    weights: NDArray[np.float64]

    def apply(self, encoded: Vectors, texts: Sequence[str], languages: Languages) -> Vectors:
        """The encoder's view `(n, d)` and the views of the texts `(n,)` side by side, `(n, e)`, of length 1."""
        return self.join(encoded, *self.projection.of_texts(texts, languages), languages)

    def join(self, encoded: Vectors, shared: Vectors, own: Vectors, languages: Languages) -> Vectors:
        """Centre the views of the texts, and join all by the square roots of their weights."""
        views = (
            encoded,
            _centred(self.shared_centring, shared, languages),
            _centred(self.own_centring, own, languages),
        )
        roots = np.sqrt(self._weights_of(languages)).astype(np.float32)
        return unit_length(np.hstack([view * roots[:, [place]] for place, view in enumerate(views)]))

    def _weights_of(self, languages: Languages) -> NDArray[np.float64]:
        """Weights `(n, 3)` of each text; a language that the pool does not have counts as one that is known."""
        weights = np.tile(view_weights(1.0), (len(languages), 1))
        for name, own in zip(self.languages, self.weights, strict=True):
            weights[languages == name] = own
        return weights

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that decides it, by name."""
        parts: dict[str, Centring | Lsa] = {
            "shared": self.projection.shared,
            "shared_centring": self.shared_centring,
            "own_centring": self.own_centring,
            **{f"own_{place}": lsa for place, lsa in enumerate(self.projection.own.values())},
        }
        return {
            "keys": self.projection.keys,
            "languages": self.languages,
            "weights": self.weights,
            "own_languages": np.asarray(list(self.projection.own), dtype=np.str_),
            **{f"{part}.{name}": array for part, made in parts.items() for name, array in made.arrays().items()},
        }

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """The views that gave these `arrays`."""
        own = {
            str(name): Lsa.from_arrays(below(f"own_{place}", arrays))
            for place, name in enumerate(arrays["own_languages"])
        }
        return cls(
            Projection(arrays["keys"], Lsa.from_arrays(below("shared", arrays)), own),
            Centring.from_arrays(below("shared_centring", arrays)),
            Centring.from_arrays(below("own_centring", arrays)),
            arrays["languages"],
            arrays["weights"],
        )


def below(part: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    """The arrays whose names begin with the part and a dot, without both."""
    start = f"{part}."
    return {name.removeprefix(start): array for name, array in arrays.items() if name.startswith(start)}


def fit_lexical(pool: Vectors, encoded: Vectors, texts: Sequence[str], languages: Languages) -> tuple[Lexical, Vectors]:
    """Fit the views on the pool.

    Args:
        pool: `(p, d)` embeddings as the encoder gave them, which say how well it knows each language.
        encoded: `(p, d)` the encoder's view: the same, centred.
        texts: `(p,)`.
        languages: `(p,)`.

    Returns:
        The views for other texts, and the pool's joined views `(p, e)`.
    """
    spreads = relative_spreads(pool, languages)
    unknown = [name for name, spread in spreads.items() if spread < KNOWN_FROM]
    projection, shared, own = _fit_projection(texts, languages, unknown)
    lexical = Lexical(
        projection,
        fit_language_centring(shared, languages),
        _own_centring(own, languages, unknown),
        np.asarray(list(spreads), dtype=np.str_),
        np.asarray([view_weights(spread) for spread in spreads.values()]),
    )
    return lexical, lexical.join(encoded, shared, own, languages)


def _fit_projection(
    texts: Sequence[str], languages: Languages, unknown: Sequence[str]
) -> tuple[Projection, Vectors, Vectors]:
    """The projection, and the views of all texts; each text is counted once."""
    for_shared = sample_rows(len(texts), _SHARED_MAX_FIT)
    for_own = {name: _sample_of(np.flatnonzero(languages == name)) for name in unknown}
    counted = np.unique(np.concatenate([for_shared, *for_own.values()]))
    keys, counts = fit_ngrams([texts[row] for row in counted])
    projection = Projection(
        keys,
        fit_lsa(counts[np.searchsorted(counted, for_shared)], SHARED_SIZE, _SHARED_MIN_TEXTS),
        {
            name: fit_lsa(counts[np.searchsorted(counted, rows)], OWN_SIZE, _OWN_MIN_TEXTS, skip=1)
            for name, rows in for_own.items()
        },
    )
    shared, own = projection.of_counts(counts, languages[counted])
    if len(counted) == len(texts):
        return projection, shared, own
    others = np.setdiff1d(np.arange(len(texts)), counted, assume_unique=True)
    more = projection.of_texts([texts[row] for row in others], languages[others])
    order = np.argsort(np.concatenate([counted, others]))
    return projection, np.concatenate([shared, more[0]])[order], np.concatenate([own, more[1]])[order]


def _sample_of(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    return rows[sample_rows(len(rows), _OWN_MAX_FIT)]


def _own_centring(own: Vectors, languages: Languages, unknown: Sequence[str]) -> Centring:
    """Each language's mean in its own dimensions; all other languages are 0 there, and stay so."""
    nothing = np.zeros(own.shape[1])
    means = [own[languages == name].mean(axis=0, dtype=np.float64) for name in unknown]
    names = np.asarray(unknown, dtype=np.str_)
    return Centring(nothing, names, np.asarray(means).reshape(len(unknown), own.shape[1]))


def _centred(centring: Centring, view: Vectors, languages: Languages) -> Vectors:
    """The view centred; a text that has none of the n-grams says nothing, rather than the opposite of the mean."""
    return np.where(view.any(axis=1, keepdims=True), centring.apply(view, languages), np.float32(0))
