"""Fractions inside, percent on the screen."""


def as_percent(fraction: float) -> float:
    """What the screen shows of a fraction, 0 to 100 with one decimal."""
    return round(100 * fraction, 1)


def as_fraction(percent: float, before: float | None) -> float:
    """The fraction that a percentage means; one that reads as before stays exactly as it was."""
    if before is not None and percent == as_percent(before):
        return before
    return percent / 100
