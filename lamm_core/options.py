"""The settings of a project as keyword arguments, for type checkers and editors."""

from collections.abc import Mapping, Sequence
from typing import TypedDict


class Options(TypedDict, total=False):
    """Settings that have a default; what each means and how large it may be stands in `ProjectSettings`."""

    guidelines: str
    budget: int
    strategy: str
    uncertainty: str
    encoder: str
    preparation: str
    seed: int
    lease_minutes: int
    automatic_rounds: bool
    translator: str
    translation_weight: float
    use_translations: bool
    metric: str
    class_targets: dict[tuple[str, str], float]
    check_part: float
    check_share: float
    check_width: float
    price_per_label: float
    currency: str
    suggestions: bool
    overlap_share: float
    overlap_count: int
    gold_count: int
    gold_feedback: bool
    consensus: str
    near_duplicates: bool


class Changes(Options, total=False):
    """All settings, for a project that is there."""

    classes: Sequence[str]
    targets: Mapping[str, float]
