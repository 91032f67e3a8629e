"""LAMM: multilingual annotation with active learning, an accuracy target in every language.

The names below are the public interface; everything else may change.
"""

from lamm_core.errors import LammError
from lamm_core.selection import Selection, Strategy, allocate, language_weights, select_batch, select_first_batch

__all__ = ["LammError", "Selection", "Strategy", "allocate", "language_weights", "select_batch", "select_first_batch"]
