"""Fill an embedding store: only what is missing, in chunks, so that an interruption costs one chunk at most."""

from collections.abc import Callable, Sequence

import numpy as np

from lamm_core.errors import EncoderUnavailable
from lamm_core.model.embedding_store import EmbeddingStore, Vectors, text_key
from lamm_core.model.encoders import is_matrix, load_encoder
from lamm_core.words import translate as _

Progress = Callable[[int, int], None]
_CHUNK = 256


def embed_missing(store: EmbeddingStore, texts: Sequence[str], progress: Progress | None = None) -> int:
    """Compute the embeddings that the store does not hold yet.

    Args:
        store: the store of one encoder; the encoder is loaded only when something is missing.
        texts: texts to embed; repeated ones are computed once.
        progress: called with (texts done, texts to do) before the first chunk and after each.

    Returns:
        Number of texts computed.

    Raises:
        EncoderUnavailable: the encoder cannot be loaded or gives something other than one row a text; or it is a
            matrix, which has no vectors for these texts.
    """
    missing = _missing(store, texts)
    if not missing:
        return 0
    if is_matrix(store.encoder):
        raise EncoderUnavailable(
            _(
                "{missing:,} texts have no vector in {name!r}, which has those of {stored:,} texts; bring theirs with "
                "use_embeddings, or choose an encoder.",
                missing=len(missing),
                name=store.encoder,
                stored=len(store),
            )
        )
    if progress:
        progress(0, len(missing))
    for start in range(0, len(missing), _CHUNK):
        chunk = missing[start : start + _CHUNK]
        vectors = encode_texts(store.encoder, chunk)
        store.append([text_key(text) for text in chunk], vectors)
        if progress:
            progress(start + len(chunk), len(missing))
    return len(missing)


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
        load_encoder(encoder).encode([_without_lone_surrogates(text) for text in texts], show_progress_bar=False),
        dtype=np.float32,
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
