"""Fill an embedding store: only what is missing, in chunks, so that an interruption costs one chunk at most."""

import math
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing

import numpy as np

from lamm_core.errors import EncoderUnavailable
from lamm_core.model.embedding_store import EmbeddingStore, Vectors, text_key
from lamm_core.model.encoders import TEXTS_AT_ONCE, is_matrix, load_encoding, plain_class
from lamm_core.model.encoding_pool import Encoded, encode_in_processes
from lamm_core.words import translate as _

Progress = Callable[[int, int], None]
# Processes load the encoder for a second or two before they are of use.
_PROCESSES_PAY_FROM = 2_000


def embed_missing(
    store: EmbeddingStore, texts: Sequence[str], progress: Progress | None = None, workers: int | None = None
) -> int:
    """Compute the embeddings that the store does not hold yet.

    Args:
        store: the store of one encoder; the encoder is loaded only when something is missing.
        texts: texts to embed; repeated ones are computed once.
        progress: called with (texts done, texts to do) before the first chunk and after each.
        workers: see `embed_stretches`.

    Returns:
        Number of texts computed.

    Raises:
        EncoderUnavailable: see `embed_stretches`.
    """
    missing = _missing(store, texts)
    return embed_stretches(store, [missing], len(missing), progress, workers)


def embed_stretches(
    store: EmbeddingStore,
    stretches: Iterable[Sequence[str]],
    total: int,
    progress: Progress | None = None,
    workers: int | None = None,
) -> int:
    """Compute the embeddings of texts that come little by little, so that they need not all be in memory.

    The vectors do not depend on the number of processes.

    Args:
        store: the store of one encoder; it keeps each chunk as soon as it is computed.
        stretches: texts that the store does not hold, some thousands at a time.
        total: how many they are together.
        progress: called with (texts done, texts to do) before the first chunk and after each.
        workers: number of processes for an encoder that works on one thread, at least 1; with 1, all is done in this
            one. None takes one a core where there are enough texts for it to pay. Other encoders use several cores by
            themselves, or a GPU, and so are always in this process.

    Returns:
        Number of texts computed.

    Raises:
        EncoderUnavailable: the encoder cannot be loaded or gives something other than one row a text; or it is a
            matrix, which has no vectors for these texts; or a process was killed. What was computed before stays.
    """
    if not total:
        return 0
    if is_matrix(store.encoder):
        raise EncoderUnavailable(
            _(
                "{missing:,} texts have no vector in {name!r}, which has those of {stored:,} texts; bring theirs with "
                "use_embeddings, or choose an encoder.",
                missing=total,
                name=store.encoder,
                stored=len(store),
            )
        )
    if progress:
        progress(0, total)
    done = 0
    with closing(_encoded(store.encoder, stretches, _processes(store.encoder, total, workers))) as encoded:
        for chunk, vectors in encoded:
            store.append([text_key(text) for text in chunk], vectors)
            done += len(chunk)
            if progress:
                progress(done, total)
    return done


def _processes(encoder: str, texts: int, wanted: int | None) -> int:
    """How many processes shall encode; 1 stands for this one."""
    if not plain_class(encoder) or (wanted is None and texts < _PROCESSES_PAY_FROM):
        return 1
    return min(wanted or _cores(), math.ceil(texts / TEXTS_AT_ONCE))


def _cores() -> int:
    """Cores that this process may use, which in a container can be fewer than the machine has."""
    from joblib import cpu_count

    return int(cpu_count())


def _encoded(encoder: str, stretches: Iterable[Sequence[str]], workers: int) -> Generator[Encoded, None, None]:
    if workers > 1:
        yield from encode_in_processes(encoder, _chunks(stretches, TEXTS_AT_ONCE), workers)
    else:
        for chunk in _chunks(stretches, load_encoding(encoder).at_once):
            yield chunk, encode_texts(encoder, chunk)


def _chunks(stretches: Iterable[Sequence[str]], size: int) -> Iterator[Sequence[str]]:
    for stretch in stretches:
        for start in range(0, len(stretch), size):
            yield stretch[start : start + size]


def encode_texts(encoder: str, texts: Sequence[str]) -> Vectors:
    """Embeddings of texts, computed now and kept nowhere.

    Args:
        encoder: name of the encoder, as for `load_encoder`; it is loaded once in a process.
        texts: n texts, at least one.

    Returns:
        `(n, dimension)` float32.

    Raises:
        EncoderUnavailable: the encoder cannot be loaded or gives something other than one row a text.
    """
    found: Vectors = np.asarray(
        load_encoding(encoder).encode([_without_lone_surrogates(text) for text in texts]), dtype=np.float32
    )
    if found.ndim != 2 or len(found) != len(texts) or not found.shape[1]:
        raise EncoderUnavailable(
            _(
                "The encoder {name!r} gave an array of shape {shape} for {texts} texts.",
                name=encoder,
                shape=found.shape,
                texts=len(texts),
            )
        )
    return found


def _without_lone_surrogates(text: str) -> str:
    """The text with `?` for each half of a broken character, which no encoder accepts."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _missing(store: EmbeddingStore, texts: Sequence[str]) -> list[str]:
    keys = [text_key(text) for text in texts]
    store.refresh()
    rows = store.rows_of(keys)
    return list(dict.fromkeys(text for text, row in zip(texts, rows, strict=True) if row < 0))
