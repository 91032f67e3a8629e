"""Values of Python as JSON has them."""

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.json_values import json_value


class _State(StrEnum):
    DONE = "done"


_ALIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@settings(max_examples=25)
@given(_ALIKE)
def test_what_json_knows_already_stays_as_it_is(value: object) -> None:
    assert json.loads(json.dumps(json_value(value), allow_nan=False)) == value


def test_what_json_does_not_know_becomes_what_it_does() -> None:
    east = datetime(2026, 5, 1, 9, 30, tzinfo=timezone(timedelta(hours=2)))
    found = json_value({_State.DONE: (east, Path("a/b"), np.int64(3), np.float32(0.5), math.inf, -math.inf), 7: True})
    assert json.dumps(found) == '{"done": ["2026-05-01T07:30:00+00:00", "a/b", 3, 0.5, null, null], "7": true}'
    assert json_value(datetime(2026, 5, 1, tzinfo=UTC)) == "2026-05-01T00:00:00+00:00"


def test_what_is_not_a_number_or_of_no_type_of_json_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        json_value([{"a": math.nan}])
    with pytest.raises(TypeError, match="no set"):
        json_value({"a": {1, 2}})
