"""What is done to embeddings before a classifier is fitted: by the pool alone, the same every time, for any pool."""

from collections.abc import Sequence

import numpy as np
import pytest
import threadpoolctl
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from lamm_core.errors import InvalidInput, UnknownPreparation
from lamm_core.model import preparation as package
from lamm_core.model.preparation.names import DEFAULT, PARTS, parse_preparation, preparation_name
from lamm_core.model.preparation.preparation import Preparation, fit_preparation

NAMES = ["plain", "centre", "lexical", "smooth", "centre,smooth", "centre,lexical,smooth"]
WORDS = [
    "river",
    "stone",
    "cloud",
    "train",
    "apple",
    "winter",
    "music",
    "paper",
    "garden",
    "window",
    "silver",
    "candle",
]
Rows = tuple[np.ndarray, list[str], np.ndarray]


def make_rows(n: int, seed: int = 0, languages: Sequence[str] = ("en", "fi", "ja"), d: int = 12) -> Rows:
    """Embeddings far from the origin, in a corner for each language; the second language hardly varies."""
    rng = np.random.default_rng(seed)
    of = np.asarray(languages)[rng.integers(len(languages), size=n)]
    corner = {name: 3.0 + place for place, name in enumerate(languages)}
    width = {name: 0.2 if place == 1 else 1.0 for place, name in enumerate(languages)}
    embeddings = np.stack([corner[name] + width[name] * rng.normal(size=d) for name in of])
    texts = [" ".join(rng.choice(WORDS, 8)) + f" {name}ish" for name in of]
    return embeddings.astype(np.float32), texts, of


def part(rows: Rows, keep: Sequence[int] | np.ndarray) -> Rows:
    return rows[0][keep], [rows[1][row] for row in keep], rows[2][keep]


POOL, OTHERS = make_rows(150), make_rows(40, seed=1)


@pytest.fixture(scope="module", params=NAMES)
def fitted(request: pytest.FixtureRequest) -> Preparation:
    return fit_preparation(request.param, *POOL)


def lengths(vectors: np.ndarray) -> np.ndarray:
    return np.linalg.norm(vectors.astype(np.float64), axis=1)


# names


def test_names_stand_for_parts_in_the_order_in_which_they_are_applied():
    assert parse_preparation("plain") == ()
    assert parse_preparation("default") == DEFAULT
    assert parse_preparation("smooth, centre") == ("centre", "smooth")
    assert [parse_preparation(name) for name in PARTS] == [(name,) for name in PARTS]


@given(st.lists(st.sampled_from(PARTS), unique=True))
def test_parts_have_one_name_whatever_their_order(parts: list[str]):
    name = preparation_name(parse_preparation(",".join(parts) or "plain"))
    assert set(parse_preparation(name)) == set(parts)
    assert preparation_name(parse_preparation(name)) == name


@pytest.mark.parametrize("name", ["", "fancy", "centre,", "centre,fancy", "plain,centre", "default,smooth", "Centre"])
def test_an_unknown_name_is_refused_with_those_that_are_known(name: str):
    with pytest.raises(UnknownPreparation, match=r"choose one of: plain, default, .*centre, lexical, smooth"):
        parse_preparation(name)


def test_a_part_named_twice_is_refused():
    with pytest.raises(UnknownPreparation, match=r"'smooth,centre,smooth' names 'smooth' 2 times"):
        parse_preparation("smooth,centre,smooth")


# every preparation


def test_the_pool_and_other_texts_get_vectors_of_one_form(fitted: Preparation):
    prepared = fitted.transform(*OTHERS)
    assert fitted.vectors.dtype == prepared.dtype == np.float32
    assert (len(fitted.vectors), len(prepared)) == (150, 40)
    assert fitted.vectors.shape[1] == prepared.shape[1]


def test_every_vector_has_length_one(fitted: Preparation):
    np.testing.assert_allclose(lengths(fitted.vectors), 1, atol=1e-5)
    np.testing.assert_allclose(lengths(fitted.transform(*OTHERS)), 1, atol=1e-5)


def test_the_same_pool_gives_the_same_numbers(fitted: Preparation):
    again = fit_preparation(fitted.name, POOL[0].copy(), list(POOL[1]), POOL[2].tolist())
    np.testing.assert_array_equal(again.vectors, fitted.vectors)
    np.testing.assert_array_equal(again.transform(*OTHERS), fitted.transform(*OTHERS))


@settings(deadline=None, max_examples=15)
@given(keep=st.lists(st.integers(0, 39), min_size=1, max_size=60))
@pytest.mark.parametrize("name", ["plain", "centre,lexical,smooth"])
def test_a_text_gets_the_same_vector_alone_among_others_and_in_any_order(name: str, keep: list[int]):
    fitted = ONCE[name]
    np.testing.assert_array_equal(fitted.transform(*part(OTHERS, keep)), fitted.transform(*OTHERS)[keep])


ONCE = {name: fit_preparation(name, *POOL) for name in ("plain", "centre,lexical,smooth")}


def test_transforming_texts_leaves_the_pool_as_it_was(fitted: Preparation):
    before, first = fitted.vectors.copy(), fitted.transform(*OTHERS)
    fitted.transform(*make_rows(30, seed=9))
    np.testing.assert_array_equal(fitted.vectors, before)
    np.testing.assert_array_equal(fitted.transform(*OTHERS), first)


def test_the_arrays_given_are_not_changed(fitted: Preparation):
    pool, others = POOL[0].copy(), OTHERS[0].copy()
    fit_preparation(fitted.name, pool, *POOL[1:]).transform(others, *OTHERS[1:])
    np.testing.assert_array_equal(pool, POOL[0])
    np.testing.assert_array_equal(others, OTHERS[0])


def test_it_does_not_matter_how_far_from_the_origin_the_embeddings_are(fitted: Preparation):
    # Sums in float32 would lose the difference between the texts here.
    far = fit_preparation(fitted.name, POOL[0] + np.float32(1000), *POOL[1:])
    near = fit_preparation(fitted.name, POOL[0].astype(np.float64), *POOL[1:])
    np.testing.assert_allclose(far.vectors, near.vectors, atol=0.02)
    others = far.transform(OTHERS[0] + np.float32(1000), *OTHERS[1:])
    np.testing.assert_allclose(others, near.transform(*OTHERS), atol=0.02)


def test_no_rows_give_no_vectors(fitted: Preparation):
    nothing = fitted.transform(np.empty((0, 12), dtype=np.float32), [], [])
    assert nothing.shape == (0, fitted.vectors.shape[1])


def test_a_language_that_the_pool_does_not_have_is_prepared_too(fitted: Preparation):
    prepared = fitted.transform(OTHERS[0], OTHERS[1], ["xx"] * 40)
    np.testing.assert_allclose(lengths(prepared), 1, atol=1e-5)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 19, 21])
def test_a_pool_of_a_few_texts_is_enough(fitted: Preparation, size: int):
    small = fit_preparation(fitted.name, *part(POOL, range(size)))
    for vectors in (small.vectors, small.transform(*OTHERS)):
        assert np.isfinite(vectors).all()
        assert (np.isclose(lengths(vectors), 1, atol=1e-5) | (lengths(vectors) == 0)).all()
    assert small.transform(*OTHERS).any(axis=1).all()


def test_one_language_is_enough(fitted: Preparation):
    rows = POOL[0], POOL[1], np.full(150, "en")
    np.testing.assert_allclose(lengths(fit_preparation(fitted.name, *rows).vectors), 1, atol=1e-5)


@pytest.mark.parametrize("texts", [[""] * 150, [" \n\t "] * 150, ["a"] * 150, [f"{number:x}" for number in range(150)]])
def test_texts_without_anything_in_common_are_prepared_by_their_embeddings(fitted: Preparation, texts: list[str]):
    blank = fit_preparation(fitted.name, POOL[0], texts, POOL[2])
    np.testing.assert_allclose(lengths(blank.vectors), 1, atol=1e-5)
    np.testing.assert_allclose(lengths(blank.transform(OTHERS[0], [""] * 40, OTHERS[2])), 1, atol=1e-5)


def test_embeddings_that_are_all_the_same_give_finite_vectors(fitted: Preparation):
    same = np.ones((150, 12), dtype=np.float32)
    assert np.isfinite(fit_preparation(fitted.name, same, *POOL[1:]).vectors).all()


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((np.empty((0, 4)), [], []), "0 texts"),
        ((np.ones((2, 4)), ["a"], ["en", "en"]), r"1 texts, 2 languages and embeddings of shape \(2, 4\)"),
        ((np.ones((2, 4)), ["a", "b"], ["en"]), "1 languages"),
        ((np.ones(2), ["a", "b"], ["en", "en"]), r"shape \(2,\)"),
        ((np.full((2, 4), np.nan), ["a", "b"], ["en", "en"]), "not finite"),
    ],
)
def test_rows_that_do_not_fit_are_refused(rows: tuple, told: str):
    with pytest.raises(InvalidInput, match=told):
        fit_preparation("default", *rows)


def test_embeddings_of_another_encoder_are_refused(fitted: Preparation):
    with pytest.raises(InvalidInput, match="have 5 numbers a text, and those of the pool 12"):
        fitted.transform(np.ones((1, 5), dtype=np.float32), ["a"], ["en"])


def test_the_work_is_done_with_one_thread(fitted: Preparation, monkeypatch: pytest.MonkeyPatch):
    seen: list[int] = []
    apply = package.preparation.Centring.apply

    def watched(self: object, *rows: np.ndarray) -> np.ndarray:
        seen.extend(each["num_threads"] for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas")
        return apply(self, *rows)

    monkeypatch.setattr(package.preparation.Centring, "apply", watched)
    with threadpoolctl.threadpool_limits(2):
        fit_preparation(fitted.name, *POOL).transform(*OTHERS)
    assert set(seen) == {1}


# plain


def test_plain_is_to_the_last_digit_a_pipeline_of_sklearn():
    rng = np.random.default_rng(0)
    pool = (rng.normal(size=(700, 64)) + 3).astype(np.float32)
    others = (rng.normal(size=(301, 64)) + 3).astype(np.float32)
    fitted = fit_preparation("plain", pool, [""] * 700, ["en"] * 700)
    pipeline = make_pipeline(StandardScaler(with_std=False), Normalizer()).fit(pool)
    np.testing.assert_array_equal(fitted.vectors, pipeline.transform(pool))
    np.testing.assert_array_equal(fitted.transform(others, [""] * 301, ["fr"] * 301), pipeline.transform(others))


def test_plain_takes_the_mean_of_the_pool_from_every_text_and_scales_it_to_length_one():
    fitted = fit_preparation("plain", *POOL)
    for (embeddings, *_), prepared in ((POOL, fitted.vectors), (OTHERS, fitted.transform(*OTHERS))):
        centred = embeddings - POOL[0].mean(axis=0)
        np.testing.assert_allclose(prepared, centred / np.linalg.norm(centred, axis=1, keepdims=True), atol=1e-5)


def test_plain_looks_at_neither_texts_nor_languages():
    blank = fit_preparation("plain", POOL[0], [""] * 150, ["xx"] * 150)
    np.testing.assert_array_equal(blank.vectors, ONCE["plain"].vectors)
