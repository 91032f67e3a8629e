"""What is known of the languages when a batch is chosen: all that an allocation may look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lamm_core.errors import InvalidInput
from lamm_core.selection.allocation import is_whole
from lamm_core.selection.weights import check_shares


@dataclass(frozen=True)
class Observation:
    """One round: how many labels there were, and what accuracy they gave.

    Attributes:
        labels: labels so far per language, 0 or more.
        accuracy: accuracy per language with these labels, 0 to 1.

    Raises:
        InvalidInput: a number of labels is not a whole number from 0.
        InvalidAccuracy: an accuracy is not between 0 and 1.
    """

    labels: Mapping[str, int]
    accuracy: Mapping[str, float]

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", _counts("labels", self.labels))
        object.__setattr__(self, "accuracy", _shares("accuracy", self.accuracy))


@dataclass(frozen=True)
class Standing:
    """What is known of the languages. Made once for a batch; every allocation may take it as checked.

    Attributes:
        accuracy: accuracy per language, 0 to 1; a language that is missing has not been measured.
        targets: accuracy to reach per language, 0 to 1; these are the languages to weigh.
        available: items that can be chosen, for every language with a target.
        labels: labels so far per language; empty where nobody said.
        checked: check items per language behind its accuracy; empty where nobody said.
        history: rounds so far, oldest first, the newest one included; empty where nobody said.

    Raises:
        InvalidAccuracy: an accuracy or a target is not between 0 and 1.
        InvalidInput: a count is not a whole number from 0, or the history holds something else than observations.
    """

    accuracy: Mapping[str, float]
    targets: Mapping[str, float]
    available: Mapping[str, int]
    labels: Mapping[str, int] = field(default_factory=dict)
    checked: Mapping[str, int] = field(default_factory=dict)
    history: tuple[Observation, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "accuracy", _shares("accuracy", self.accuracy))
        object.__setattr__(self, "targets", _shares("target", self.targets))
        available = dict.fromkeys(self.targets, 0) | _counts("items available", self.available)
        object.__setattr__(self, "available", available)
        object.__setattr__(self, "labels", _counts("labels", self.labels))
        object.__setattr__(self, "checked", _counts("check items", self.checked))
        for place, observation in enumerate(self.history):
            if not isinstance(observation, Observation):
                kind = type(observation).__name__
                raise InvalidInput(f"The history holds observations; entry {place} is of the type {kind}.")


def _shares(name: str, values: Mapping[str, float]) -> dict[str, float]:
    values = dict(values)
    check_shares(name, values)
    return {language: float(value) for language, value in values.items()}


def _counts(what: str, values: Mapping[str, int]) -> dict[str, int]:
    values = dict(values)
    for language, count in values.items():
        if not is_whole(count) or count < 0:
            raise InvalidInput(f"The number of {what} of {language!r} is {count}; it must be a whole number from 0.")
    return {language: int(count) for language, count in values.items()}
