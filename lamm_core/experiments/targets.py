"""Targets: one for all languages, or one for each."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from lamm_core.errors import InvalidAccuracy, MissingTarget

# One accuracy for all languages, or language to its own.
Target = float | Mapping[str, float]


def target_of(target: Target, language: str) -> float:
    """The target of one language."""
    return target[language] if isinstance(target, Mapping) else target


def as_array(target: Target, languages: Sequence[str]) -> NDArray[np.float64]:
    """The target of each language, `(languages,)`."""
    return np.array([target_of(target, language) for language in languages], dtype=np.float64)


def checked_target(target: Target, languages: Sequence[str]) -> Target:
    """The target of these languages alone; one number where it is the same for all of them.

    Raises:
        MissingTarget: a language has none.
        InvalidAccuracy: a target lies outside 0 to 1.
    """
    if isinstance(target, Mapping):
        missing = [language for language in languages if language not in target]
        if missing:
            raise MissingTarget(f"{len(missing)} language(s) have no target: {', '.join(missing)}.")
    each = {language: target_of(target, language) for language in languages}
    for value in each.values():
        if not 0 <= value <= 1:
            raise InvalidAccuracy(f"The target is {value}; it must lie between 0 and 1.")
    values = set(each.values())
    return values.pop() if len(values) == 1 else each


def target_in_words(target: Target) -> str:
    """Such as "target 0.70", or "targets 0.70 to 0.90"."""
    if not isinstance(target, Mapping):
        return f"target {target:.2f}"
    return f"targets {min(target.values()):.2f} to {max(target.values()):.2f}"
