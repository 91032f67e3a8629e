"""Values of Python as JSON has them, one rule for all that LAMM writes for other programs."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from numbers import Integral, Real
from pathlib import PurePath


def json_value(value: object) -> object:
    """A value in the types that JSON knows, whatever is inside it.

    Times become ISO 8601 in UTC, members of enumerations their values, paths texts, keys texts, tuples lists. Infinity
    becomes null, since it stands for what never comes, and JSON has no number for that.

    Args:
        value: None, a text, a truth value, a number (numpy's too), a time with its zone, a path, a member of an
            enumeration, or mappings and sequences of these.

    Raises:
        TypeError: it is something else.
        ValueError: a number is not a number (NaN), which no figure may be.
    """
    if isinstance(value, Enum):
        return json_value(value.value)
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, Mapping):
        return {str(json_value(key)): json_value(one) for key, one in value.items()}
    if isinstance(value, Sequence):
        return [json_value(one) for one in value]
    return _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return _number(float(value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError(f"JSON has no {type(value).__name__}.")


def _number(value: float) -> float | None:
    if math.isnan(value):
        raise ValueError("A figure is not a number (NaN).")
    return value if math.isfinite(value) else None
