"""LAMM: multilingual annotation with active learning, an accuracy target in every language.

The names below are the public interface; everything else may change.
"""

from typing import TYPE_CHECKING, Any

from lamm_core.errors import LammError
from lamm_core.selection import Selection, Strategy, allocate, language_weights, select_batch, select_first_batch

if TYPE_CHECKING:
    from lamm_core.model.exported.model import load_model

__all__ = [
    "LammError",
    "Selection",
    "Strategy",
    "allocate",
    "language_weights",
    "load_model",
    "select_batch",
    "select_first_batch",
]


def __getattr__(name: str) -> Any:
    """What takes seconds to import, imported when it is asked for."""
    if name == "load_model":
        from lamm_core.model.exported.model import load_model

        return load_model
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
