"""Pools in Parquet files, and an encoder that takes no time."""

import hashlib
import io
from collections.abc import Iterable, Sequence

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lamm_core.model.classifier import Classifier
from lamm_core.model.preparation.preparation import fit_preparation
from lamm_core.outside_pool.scoring import PoolModel

Row = tuple[str, str, str]
LANGUAGES = ("de", "en", "fr")
CLASSES = ("pen", "marker", "ink")
DIMENSION = 12


def vector_of(text: str) -> np.ndarray:
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
    return np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float16).astype(np.float32)


class QuickEncoder:
    """Gives each text numbers by chance, always the same, and counts how many it was asked for."""

    def __init__(self) -> None:
        self.texts = 0

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.texts += len(texts)
        return np.stack([vector_of(text) for text in texts])


def rows_by_chance(count: int, seed: int = 0) -> list[Row]:
    rng = np.random.default_rng(seed)
    return [(f"id{i:05d}", f"text {i}", str(rng.choice(LANGUAGES, p=[0.6, 0.3, 0.1]))) for i in rng.permutation(count)]


def write_part(url: str, rows: Iterable[Row], group: int = 700) -> None:
    names = ("id", "text", "language")
    columns = [*zip(*rows, strict=True)] or [(), (), ()]
    table = pa.table({name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)})
    content = io.BytesIO()
    pq.write_table(table, content, row_group_size=group)
    with fsspec.open(url, "wb") as file:
        file.write(content.getvalue())


def model(preparation: str = "plain", uncertainty: str = "entropy") -> PoolModel:
    """A model fitted on texts that are in no pool."""
    texts = [f"sample {i}" for i in range(90)]
    embeddings = np.stack([vector_of(text) for text in texts])
    fitted = fit_preparation(preparation, embeddings, texts, [LANGUAGES[i % 3] for i in range(90)])
    classes = [CLASSES[int(each)] for each in embeddings[:, :3].argmax(axis=1)]
    return PoolModel(fitted, Classifier.fit(fitted.vectors, classes), uncertainty)
