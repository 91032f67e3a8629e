"""Wilson's interval, and the sample sizes that follow from it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.errors import InvalidInput
from lamm_core.model.intervals import Z95, half_width, size_for_width, size_to_prove, wilson, z_of

SHARES = st.floats(0, 1)
SIZES = st.floats(0.1, 1e6)


@pytest.mark.parametrize(
    ("confidence", "sided", "z"),
    [(0.95, 2, 1.959964), (0.95, 1, 1.644854), (0.99, 2, 2.575829), (0.9, 2, 1.644854), (0.5, 1, 0.0)],
)
def test_the_quantiles_are_those_of_the_tables(confidence: float, sided: int, z: float):
    assert z_of(confidence, sided=sided) == pytest.approx(z, abs=5e-7)


@pytest.mark.parametrize(
    ("correct", "checked", "low", "high"),
    [
        # the first four: Newcombe (1998), "Two-sided confidence intervals for the single proportion", Table I
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (8, 10, 0.4902, 0.9433),
        (20, 20, 0.8389, 1.0),
        (1, 1, 0.2065, 1.0),
    ],
)
def test_the_interval_has_the_published_values(correct: int, checked: int, low: float, high: float):
    assert wilson(correct / checked, checked) == pytest.approx((low, high), abs=5e-5)


@settings(deadline=None)
@given(SHARES, SIZES, st.floats(0.5, 5))
def test_at_its_ends_the_share_is_just_z_standard_errors_away(share: float, n: float, z: float):
    # What Wilson's interval is: all values p with |share - p| <= z * sqrt(p (1 - p) / n).
    for end in wilson(share, n, z):
        assert abs(share - end) == pytest.approx(z * math.sqrt(max(0.0, end * (1 - end)) / n), rel=1e-4, abs=1e-6)


@settings(deadline=None)
@given(SHARES, st.one_of(st.just(0.0), SIZES))
def test_the_interval_lies_within_0_and_1_and_holds_the_share(share: float, n: float):
    low, high = wilson(share, n)
    assert 0 <= low <= share <= high <= 1


@settings(deadline=None)
@given(SHARES, SIZES)
def test_the_interval_of_the_errors_mirrors_that_of_the_rest(share: float, n: float):
    low, high = wilson(share, n)
    assert wilson(1 - share, n) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@settings(deadline=None)
@given(SHARES, st.floats(0, 1e5), st.floats(0.5, 1e5))
def test_a_larger_sample_has_a_narrower_interval(share: float, n: float, more: float):
    low, high = wilson(share, n)
    inner_low, inner_high = wilson(share, n + more)
    assert low <= inner_low + 1e-12
    assert inner_high - 1e-12 <= high
    assert half_width(share, n + more) < half_width(share, n)


def test_more_confidence_takes_a_wider_interval():
    widths = [half_width(0.7, 50, z_of(confidence)) for confidence in (0.8, 0.9, 0.95, 0.99)]
    assert widths == sorted(set(widths))


def test_a_sample_without_texts_says_nothing():
    assert wilson(0.5, 0) == (0.0, 1.0)
    assert half_width(0.5, 0) == 0.5


@pytest.mark.parametrize(
    ("share", "n"), [(-0.01, 10), (1.01, 10), (0.5, -1), (0.5, math.inf), (math.nan, 10), (0.5, math.nan)]
)
def test_a_share_or_a_size_out_of_range_is_refused(share: float, n: float):
    with pytest.raises(InvalidInput, match="cannot have an interval"):
        wilson(share, n)


@settings(deadline=None)
@given(SHARES, st.floats(0.005, 0.49))
def test_the_size_for_a_width_is_the_smallest_that_does(share: float, width: float):
    size = size_for_width(share, width)
    assert half_width(share, size) <= width
    assert half_width(share, size - 1) > width


def test_the_size_for_a_width_of_a_half_is_the_one_in_the_text_books():
    # Of the plain formula 0.25 (z / width)^2 = 384.1 Wilson's interval needs z^2 = 3.84 less.
    assert size_for_width(0.5, 0.05) == math.ceil(0.25 * (Z95 / 0.05) ** 2 - Z95**2) == 381


@pytest.mark.parametrize(("share", "width"), [(1.2, 0.05), (-0.1, 0.05), (0.5, 0.0), (0.5, -0.1), (0.5, 0.5)])
def test_a_width_that_no_sample_has_is_refused(share: float, width: float):
    with pytest.raises(InvalidInput, match="No sample"):
        size_for_width(share, width)


def is_proven(share: float, target: float, n: int, z: float) -> bool:
    low, high = wilson(share, n, z)
    return low >= target or high < target


@settings(deadline=None)
@given(SHARES, SHARES, st.sampled_from([1.0, Z95, 2.4]))
def test_the_size_that_proves_is_the_smallest_that_does(share: float, target: float, z: float):
    size = size_to_prove(share, target, z, 100_000)
    if size is None:
        assert share == target or not is_proven(share, target, 100_000, z)
        return
    assert size <= 100_000
    assert is_proven(share, target, size, z)
    assert size == 0 or not is_proven(share, target, size - 1, z)


def test_what_is_further_from_the_target_is_proven_sooner():
    for side in (-1, 1):
        sizes = [size_to_prove(0.5 + side * away, 0.5) for away in (0.3, 0.2, 0.1, 0.05, 0.01)]
        assert None not in sizes
        assert sizes == sorted(sizes)
        assert len(set(sizes)) == len(sizes)


def test_no_size_is_told_for_a_share_at_its_target_or_too_close_to_it():
    assert size_to_prove(0.9, 0.9) is None
    assert size_to_prove(0.901, 0.9, most=100_000) is None
    far = size_to_prove(0.901, 0.9)
    assert far is not None
    assert 100_000 < far <= 1_000_000


@pytest.mark.parametrize(("share", "target"), [(1.1, 0.9), (-0.1, 0.9), (0.9, 1.1), (0.9, -0.1), (math.nan, 0.5)])
def test_nothing_can_be_proven_of_a_share_or_target_out_of_range(share: float, target: float):
    with pytest.raises(InvalidInput, match="cannot be proven"):
        size_to_prove(share, target)
