import pytest

from lamm_core.workflow.headline import points


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (0.0, "0 points"),
        (0.001, "less than 1 point"),
        (0.007, "1 point"),
        (0.0149, "1 point"),
        (0.02, "2 points"),
        (0.9, "90 points"),
    ],
)
def test_a_gap_in_words(gap: float, words: str):
    assert points(gap) == words
