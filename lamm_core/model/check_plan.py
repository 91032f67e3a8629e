"""How many check labels are still needed, and in which language the next ones help most."""

import math
from collections.abc import Mapping

from lamm_core.errors import InvalidInput
from lamm_core.model.intervals import size_for_width

# Where nothing was measured yet, the share with the widest interval is expected.
_UNKNOWN_SHARE = 0.5
# An interval never reaches further than half of 0 to 1 to each side.
_WIDEST = 0.5


def labels_for_width(estimate: float | None, effective_per_label: float, width: float) -> int:
    """Check labels at which a figure's interval is at most `width` to each side.

    Args:
        estimate: the figure expected, 0 to 1; None where nothing was measured yet.
        effective_per_label: labels of a plain random sample that one label is worth, over 0.
        width: half-width, over 0; 0 labels are needed from 0.5 on.

    Raises:
        InvalidInput: the width or what a label is worth is not over 0, or the estimate is out of range.
    """
    if not width > 0 or not 0 < effective_per_label < math.inf:
        raise InvalidInput(
            f"No number of labels worth {effective_per_label} each can be told for an interval of ±{width}; both "
            "must be over 0."
        )
    if width >= _WIDEST:
        return 0
    return math.ceil(size_for_width(_UNKNOWN_SHARE if estimate is None else estimate, width) / effective_per_label)


def spread_of(estimate: float | None, effective_per_label: float = 1.0) -> float:
    """Standard deviation of one label's part in a figure, 0.5 where the figure is not known yet.

    Args:
        estimate: the figure, 0 to 1.
        effective_per_label: labels of a plain random sample that one label is worth, over 0.
    """
    share = _UNKNOWN_SHARE if estimate is None else estimate
    return math.sqrt(share * (1 - share) / effective_per_label)


def plan_check_labels(
    budget: int,
    labelled: Mapping[str, int],
    under_way: Mapping[str, int],
    reserve: Mapping[str, int],
    spread: Mapping[str, float],
    wanted: Mapping[str, int],
) -> dict[str, int]:
    """Give each of a number of check labels to the language whose interval it narrows most.

    The half-width of a language's interval is about `z · spread / sqrt(n)`, so its n-th label narrows it in proportion
    to `spread · (1 / sqrt(n - 1) - 1 / sqrt(n))`; a language without any comes first. Among equals the first by name.

    Args:
        budget: labels to give.
        labelled: language to its labelled check items; 0 where it is missing.
        under_way: language to its check items that are queued already; 0 where it is missing.
        reserve: language to its check items that can still be asked; other languages get nothing.
        spread: language to `spread_of`; that of an unknown figure where it is missing.
        wanted: language to the check labels that it lacks still, those under way among them.

    Returns:
        Language to labels, for languages that get any; never more than the reserve, nor than what is wanted still.
    """
    planned = dict.fromkeys(reserve, 0)
    room = {name: min(reserve[name], wanted.get(name, 0) - under_way.get(name, 0)) for name in reserve}

    def narrowing(name: str) -> float:
        labels = labelled.get(name, 0) + under_way.get(name, 0) + planned[name]
        if labels == 0:
            return math.inf
        return spread.get(name, spread_of(None)) * (1 / math.sqrt(labels) - 1 / math.sqrt(labels + 1))

    for _ in range(budget):
        # The first of equals: `max` keeps it.
        free = sorted(name for name in reserve if planned[name] < room[name])
        if not free:
            break
        planned[max(free, key=narrowing)] += 1
    return {name: labels for name, labels in planned.items() if labels}
