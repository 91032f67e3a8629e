"""Plain accuracy per language."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.errors import InvalidInput
from lamm_core.model.evaluation import accuracy_by_language

ANSWERS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc"), st.sampled_from(["da", "de", "sk"])))


def test_right_predictions_are_counted_per_language():
    found = accuracy_by_language(["a", "b", "b", "a", "a"], ["a", "b", "a", "a", "b"], ["de", "de", "da", "da", "de"])
    assert found == {"da": 1 / 2, "de": 2 / 3}
    assert list(found) == ["da", "de"]
    assert all(type(name) is str and type(share) is float for name, share in found.items())


@settings(deadline=None)
@given(ANSWERS)
def test_each_share_is_that_of_the_language_alone(answers: list[tuple[str, str, str]]):
    found = accuracy_by_language(*([each[part] for each in answers] for part in range(3)))
    assert set(found) == {language for _, _, language in answers}
    for language, share in found.items():
        right = [said == true for said, true, each in answers if each == language]
        assert share == pytest.approx(sum(right) / len(right))


def test_arrays_and_lists_say_the_same():
    columns = [["a", "long name"], ["a", "long"], ["de", "de"]]
    assert accuracy_by_language(*map(np.array, columns)) == accuracy_by_language(*columns) == {"de": 0.5}


def test_no_items_give_no_languages():
    assert accuracy_by_language([], [], []) == {}


@pytest.mark.parametrize("sizes", [(1, 3, 3), (3, 1, 3), (3, 3, 2), (3, 2, 3), (3, 3, 1), (0, 1, 1)])
def test_columns_of_different_length_are_never_stretched_to_fit(sizes: tuple[int, int, int]):
    told = f"{sizes[0]} predictions, {sizes[1]} classes and {sizes[2]} languages"
    with pytest.raises(InvalidInput, match=told):
        accuracy_by_language(*(["a"] * size for size in sizes))
