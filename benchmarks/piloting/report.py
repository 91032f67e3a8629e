"""All that a pilot found, in the form of its JSON file."""

from dataclasses import dataclass

from piloting.checks import Faults
from piloting.figures import LanguageFigures
from piloting.plan import Plan
from piloting.timings import Timings


@dataclass(frozen=True)
class PilotReport:
    """All that a pilot found.

    Attributes:
        plan: how it was run.
        target: accuracy to reach in every language.
        labels: labels acknowledged.
        rounds: rounds done.
        first_labels: labels that the first model was fitted on.
        last_labels: labels that the last model was fitted on.
        faults: what went wrong.
        languages: one entry a language, in the order of the task.
        seconds: how long things took.
        memory: resident bytes of the largest process of each kind: round, annotator.
    """

    plan: Plan
    target: float
    labels: int
    rounds: int
    first_labels: int
    last_labels: int
    faults: Faults
    languages: tuple[LanguageFigures, ...]
    seconds: Timings
    memory: dict[str, int]
