"""How much each language counts when the budget is split."""

from collections.abc import Mapping
from numbers import Real

from lamm_core.errors import InvalidAccuracy

# Gaps that are equal on paper (0.9 - 0.8 and 0.8 - 0.7) must be equal here too, or rounding would break the tie.
_DECIMALS = 12


def language_weights(accuracy: Mapping[str, float], targets: Mapping[str, float]) -> dict[str, float]:
    """Weight of each language that has a target: its gap, `L = max(0, target - accuracy)`.

    Args:
        accuracy: share of right predictions per language, 0 to 1. A language that is missing here has not been
            measured and counts as 0. Languages without a target are ignored.
        targets: accuracy to reach per language, 0 to 1.

    Returns:
        language to weight, 0 to 1; the larger the gap, the larger the weight.

    Raises:
        InvalidAccuracy: an accuracy or a target is not between 0 and 1.

    Source: LAMM (CIKM 2023), section 3, the L of Eq. (1).
    """
    check_shares("accuracy", accuracy)
    check_shares("target", targets)
    return {
        language: max(0.0, round(float(target) - float(accuracy.get(language, 0.0)), _DECIMALS))
        for language, target in targets.items()
    }


def equal_weights(accuracy: Mapping[str, float], targets: Mapping[str, float]) -> dict[str, float]:  # noqa: ARG001
    """The same weight for every language, whatever its accuracy (Equal Allocation).

    Args:
        accuracy: ignored; here so that every weighting is called alike.
        targets: languages to weigh.

    Returns:
        language to 1.0.

    Source: LAMM (CIKM 2023), section 4, baseline EA.
    """
    return dict.fromkeys(targets, 1.0)


def check_shares(name: str, values: Mapping[str, float]) -> None:
    """Raise InvalidAccuracy unless every value lies between 0 and 1."""
    for language, value in values.items():
        if not isinstance(value, Real) or not 0 <= value <= 1:
            raise InvalidAccuracy(f"The {name} of {language!r} is {value}; it must lie between 0 and 1.")
