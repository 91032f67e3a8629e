"""What if: forecast and batch under other targets and another budget, before anything is saved."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from lamm_core.model.measuring import measured
from lamm_core.model.verdict import verdict, worst
from lamm_core.records import LanguageState
from lamm_core.selection import Standing
from lamm_core.selection.allocations import checked_weights, find_allocation
from lamm_core.selection.strategies import find_strategy
from lamm_core.workflow.outlook import Effort, Outlook
from lamm_core.workflow.status import ProjectStatus, next_quotas


@dataclass(frozen=True)
class Prospect:
    """What a language can expect under some targets and some budget.

    Attributes:
        language: the language.
        target: 0 to 1.
        state: how it stands to that target.
        outlook: labels, hours and cost until then; None where too few rounds have measured it.
        next_quota: its texts in a full next batch; None where that is not known.
        weight: how much it counts when texts are chosen, 0 to 1; None where languages do not count.
    """

    language: str
    target: float
    state: LanguageState
    outlook: Outlook | None
    next_quota: int | None
    weight: float | None


@dataclass(frozen=True)
class Plan:
    """All languages under some targets and some budget.

    Attributes:
        budget: labels per batch.
        prospects: one for each language, in the order of the status.
    """

    budget: int
    prospects: tuple[Prospect, ...]

    @property
    def last(self) -> Effort | None:
        """What it takes until the last of the targets that are more likely reached than not; None where none is."""
        efforts = [each.outlook.middle for each in self.prospects if each.outlook and each.outlook.middle]
        return max(efforts, key=lambda each: each.labels, default=None)

    @property
    def beyond(self) -> tuple[str, ...]:
        """Languages whose targets are less likely reached than not."""
        return tuple(each.language for each in self.prospects if each.outlook and each.outlook.middle is None)

    def batches(self, labels: int) -> int:
        """Batches that so many labels make."""
        return math.ceil(labels / self.budget)


def plan(status: ProjectStatus, targets: Mapping[str, float], budget: int) -> Plan:
    """Look ahead as if targets and budget were other ones.

    Args:
        status: where the project stands.
        targets: language to target, 0 to 1, for each language of the project.
        budget: labels per batch, at least 1.

    Raises:
        InvalidAccuracy: a target is not between 0 and 1.
    """
    quotas = next_quotas(status, targets, budget)
    weights = _weights(status, targets)
    prospects = []
    for each in status.languages:
        target = targets[each.language]
        outlook = status.outlooks.of(each.language, target)
        own = verdict(each.measured, target, outlook.forecast if outlook else None)
        prospects.append(
            Prospect(
                language=each.language,
                target=target,
                state=worst([own, *(of_class.state for of_class in each.classes)]),
                outlook=outlook,
                next_quota=quotas.get(each.language),
                weight=weights.get(each.language),
            )
        )
    return Plan(budget, tuple(prospects))


def _weights(status: ProjectStatus, targets: Mapping[str, float]) -> dict[str, float]:
    """How much each language counts, as shares; empty where the strategy asks no language, or there is no model."""
    allocation = find_allocation(find_strategy(status.project.settings.strategy).allocation)
    if allocation.weights is None or status.model is None:
        return {}
    standing = Standing(
        accuracy=measured({each.language: each.measured for each in status.languages}),
        targets=dict(targets),
        available={each.language: each.free for each in status.languages},
        labels={each.language: each.labels for each in status.languages},
        checked={each.language: each.measured.checked for each in status.languages},
        history=status.history,
    )
    weights = checked_weights(allocation, standing)
    total = sum(weights.values())
    return {language: weight / total for language, weight in weights.items()} if total else dict(weights)
