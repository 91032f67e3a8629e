"""How large the pilot is."""

from dataclasses import dataclass

from lamm_core.errors import InvalidInput
from lamm_core.experiments.tasks import TaskData
from lamm_core.records import ProjectSettings


@dataclass(frozen=True)
class Plan:
    """How the pilot is run; without changes, as a new project would be.

    Attributes:
        labels: labels to store.
        annotators: processes that label at once.
        budget: labels per batch.
        strategy: name in `selection.STRATEGIES`.
        encoder: name for `model.encoders.load_encoder`.
    """

    labels: int = 1_000
    annotators: int = 3
    budget: int = ProjectSettings.budget
    strategy: str = ProjectSettings.strategy
    encoder: str = ProjectSettings.encoder


def check_plan(plan: Plan, data: TaskData) -> None:
    """Raise InvalidInput unless the plan can be carried out on this task."""
    if not 1 <= plan.labels <= len(data.pool):
        raise InvalidInput(f"The pilot is to give {plan.labels:,} labels; the pool has {len(data.pool):,} items.")
    if plan.annotators < 1:
        raise InvalidInput(f"The pilot needs at least 1 annotator; {plan.annotators} given.")
