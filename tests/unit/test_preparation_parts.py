"""The parts of a preparation, each against its formula written out."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from lamm_core.model.preparation import lexical, ngrams, smoothing
from lamm_core.model.preparation.centring import fit_language_centring, unit_length
from lamm_core.model.preparation.familiarity import relative_spreads
from lamm_core.model.preparation.lexical import view_weights
from lamm_core.model.preparation.lsa import fit_lsa
from lamm_core.model.preparation.ngrams import count_ngrams, fit_ngrams
from lamm_core.model.preparation.preparation import fit_preparation
from lamm_core.model.preparation.rows import chunks, sample_rows
from lamm_core.model.preparation.smoothing import fit_smoothing


def cloud(n: int, d: int = 6, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)


# centring


def test_a_language_is_centred_on_its_own_mean_drawn_towards_the_pools():
    pool = cloud(60) + 4
    languages = np.asarray(["en"] * 50 + ["fi"] * 10)
    mean = (pool[50:].sum(axis=0) + 10 * pool.mean(axis=0)) / 20
    expected = (pool[50:] - mean) / np.linalg.norm(pool[50:] - mean, axis=1, keepdims=True)
    np.testing.assert_allclose(fit_preparation("centre", pool, [""] * 60, languages).vectors[50:], expected, atol=1e-5)


def test_a_language_without_pool_texts_is_centred_on_the_pools_mean():
    pool, other = cloud(60) + 4, cloud(3, seed=1) + 4
    languages = np.asarray(["en"] * 30 + ["fi"] * 30)
    centring = fit_language_centring(pool, languages)
    centred = other - pool.mean(axis=0)
    np.testing.assert_allclose(
        centring.apply(other, np.asarray(["xx"] * 3)),
        centred / np.linalg.norm(centred, axis=1, keepdims=True),
        atol=1e-5,
    )


def test_where_a_language_lies_does_not_matter_after_centring():
    pool = cloud(4_000)
    languages = np.asarray(["en", "fi"] * 2_000)
    moved = pool + np.where(languages == "fi", 5, 0)[:, None].astype(np.float32)
    here, there = (fit_language_centring(each, languages).apply(each, languages) for each in (pool, moved))
    np.testing.assert_allclose(there, here, atol=0.05)


def test_a_vector_without_length_stays_nothing():
    np.testing.assert_allclose(unit_length(np.asarray([[0, 0], [3, 4]], dtype=np.float32)), [[0, 0], [0.6, 0.8]])


# how well the encoder knows a language


def test_the_spread_of_a_language_is_told_as_a_share_of_the_largest():
    pool = np.concatenate([cloud(500), 0.5 * cloud(500, seed=1) + 7])
    spreads = relative_spreads(pool, np.asarray(["en"] * 500 + ["fi"] * 500))
    assert spreads["en"] == 1
    assert spreads["fi"] == pytest.approx(0.25, rel=0.15)


def test_a_language_of_few_texts_counts_as_known():
    pool = np.concatenate([cloud(100), 0.1 * cloud(29)])
    assert relative_spreads(pool, np.asarray(["en"] * 100 + ["fi"] * 29)) == {"en": 1, "fi": 1}
    pool = np.concatenate([cloud(100), 0.1 * cloud(30)])
    assert relative_spreads(pool, np.asarray(["en"] * 100 + ["fi"] * 30))["fi"] < 0.05


@given(st.floats(0, 1))
def test_the_weights_of_the_views_sum_to_one(spread: float):
    assert sum(view_weights(spread)) == pytest.approx(1)
    assert all(0 <= weight <= 1 for weight in view_weights(spread))


def test_the_less_the_encoder_knows_a_language_the_less_it_counts():
    assert view_weights(0.94) == view_weights(1.0) == (0.85, pytest.approx(0.15), 0.0)
    assert view_weights(0.5) == pytest.approx((0.2125, 0.7875 * 0.35, 0.7875 * 0.65))
    assert view_weights(0.0) == pytest.approx((0.0, 0.35, 0.65))
    encoder = [view_weights(spread)[0] for spread in np.linspace(0, 1, 50)]
    assert all(before <= after for before, after in pairwise(encoder))


# n-grams

TEXTS = [
    "The river, the bridge",
    "the  RIVER\nand a bridge",
    "",
    "a",
    "質問があります 質問",
    "naïve I\u0307stanbul",
    "質問 river a \u00a0b",
]


def test_the_ngrams_are_those_of_scikit_learn():
    ours_keys, ours = fit_ngrams(TEXTS)
    vectorizer = CountVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, dtype=np.float32)
    theirs = vectorizer.fit_transform(TEXTS)
    assert len(ours_keys) == theirs.shape[1] > 20
    key_of = [int.from_bytes(name.encode("utf-16-be")) for name in vectorizer.get_feature_names_out()]
    np.testing.assert_array_equal(ours.toarray()[:, np.searchsorted(ours_keys, key_of)], theirs.toarray())


@settings(deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=8))
def test_any_text_can_be_counted_alone_and_among_others(texts: list[str]):
    keys, counts = fit_ngrams([*texts, *texts])
    assert (np.diff(keys.astype(object)) > 0).all()
    assert counts.shape == (2 * len(texts), len(keys))
    np.testing.assert_array_equal(counts.toarray()[: len(texts)], counts.toarray()[len(texts) :])
    for row, text in enumerate(texts):
        np.testing.assert_array_equal(count_ngrams(keys, [text]).toarray()[0], counts.toarray()[row])


def test_half_a_character_is_counted_like_any_other():
    keys, counts = fit_ngrams(["\ud800 broken", "\ud800 broken"])
    assert len(keys) == counts.sum(axis=1).max() > 10


def test_ngrams_of_new_texts_that_the_pool_lacks_are_left_out():
    keys, counts = fit_ngrams(["river", "river"])
    np.testing.assert_array_equal(count_ngrams(keys, ["river zzz"]).toarray(), counts.toarray()[:1])
    assert count_ngrams(keys, ["zzz"]).nnz == 0
    assert count_ngrams(keys[:0], ["river"]).shape == (1, 0)


def test_counting_in_chunks_changes_nothing(monkeypatch: pytest.MonkeyPatch):
    keys, counts = fit_ngrams(TEXTS)
    monkeypatch.setattr(ngrams, "CHUNK", 2)
    in_chunks = fit_ngrams(TEXTS)
    np.testing.assert_array_equal(in_chunks[0], keys)
    np.testing.assert_array_equal(in_chunks[1].toarray(), counts.toarray())


def test_the_weights_of_ngrams_are_those_of_scikit_learn():
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True)
    theirs = vectorizer.fit_transform(TEXTS).toarray()
    _, counts = fit_ngrams(TEXTS)
    ours = fit_lsa(counts, 100, 2).apply(counts)
    # As many components as the table has dimensions keep all inner products.
    assert ours.shape[1] == np.linalg.matrix_rank(theirs)
    np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, atol=1e-5)


def test_components_that_are_skipped_are_the_first_ones():
    _, counts = fit_ngrams(TEXTS)
    every, later = fit_lsa(counts, 4, 2), fit_lsa(counts, 3, 2, skip=1)
    np.testing.assert_allclose(later.apply(counts), every.apply(counts)[:, 1:], atol=1e-5)


# views


def sentences(n: int, seed: int = 0) -> tuple[list[str], np.ndarray]:
    """Texts about one of two things, told apart by their words alone."""
    rng = np.random.default_rng(seed)
    about = rng.integers(2, size=n)
    words = (["saippua", "pesuaine", "harja", "sieni"], ["kirjasto", "romaani", "novelli", "sivu"])
    return [" ".join(rng.choice(words[which], 5)) for which in about], about


def test_spelling_tells_texts_apart_where_the_encoder_cannot():
    texts, about = sentences(80)
    english, _ = sentences(80, seed=1)
    embeddings = np.concatenate([cloud(80), 0.01 * cloud(80, seed=2)])
    languages = np.asarray(["en"] * 80 + ["fi"] * 80)

    def gap(name: str) -> float:
        vectors = fit_preparation(name, embeddings, english + texts, languages).vectors[80:]
        alike = vectors @ vectors.T
        same = about[:, None] == about
        return float(alike[same].mean() - alike[~same].mean())

    assert gap("centre") < 0.1
    assert gap("centre,lexical") > 0.5


def test_the_own_dimensions_of_a_language_are_zero_for_all_others():
    texts, _ = sentences(160)
    embeddings = np.concatenate([cloud(80), 0.01 * cloud(80, seed=2)])
    languages = np.asarray(["en"] * 80 + ["fi"] * 80)
    fitted = fit_preparation("centre,lexical", embeddings, texts, languages)
    assert fitted.lexical is not None
    size = fitted.lexical.projection.own["fi"].components.shape[1]
    assert list(fitted.lexical.projection.own) == ["fi"]
    assert size > 0
    assert not fitted.vectors[:80, -size:].any()
    assert fitted.vectors[80:, -size:].any(axis=1).all()


def test_a_text_without_words_is_told_by_its_embedding_alone():
    texts, _ = sentences(60)
    pool = cloud(60)
    fitted = fit_preparation("lexical", pool, texts, ["en"] * 60)
    plain = fit_preparation("plain", pool, texts, ["en"] * 60)
    other = cloud(1, seed=5)
    vector = fitted.transform(other, [""], ["en"])
    np.testing.assert_allclose(vector[:, :6], plain.transform(other, [""], ["en"]), atol=1e-6)
    assert not vector[:, 6:].any()


def test_a_pool_too_large_to_fit_on_is_transformed_in_its_order(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lexical, "_SHARED_MAX_FIT", 50)
    monkeypatch.setattr(lexical, "_OWN_MAX_FIT", 40)
    monkeypatch.setattr(lexical, "CHUNK", 16)
    texts, _ = sentences(160)
    embeddings = np.concatenate([cloud(80), 0.1 * cloud(80, seed=2)])
    languages = np.asarray(["en", "fi"] * 80)
    embeddings[1::2] *= np.float32(0.1)
    fitted = fit_preparation("centre,lexical", embeddings, texts, languages)
    np.testing.assert_allclose(fitted.transform(embeddings, texts, languages), fitted.vectors, atol=1e-5)


# smoothing


def unit(n: int, d: int = 6, seed: int = 0) -> np.ndarray:
    return unit_length(cloud(n, d, seed))


def smoothed_slowly(pool: np.ndarray, others: np.ndarray, steps: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """The recursion in float64, one text at a time."""
    every = np.concatenate([pool, others]).astype(np.float64)
    near = []
    for row, vector in enumerate(every):
        order = np.argsort(-(pool @ vector), kind="stable")
        near.append([other for other in order if other != row][:20])
    now = every
    for _ in range(steps):
        now = np.stack([0.3 * every[row] + 0.7 * now[near[row]].mean(axis=0) for row in range(len(every))])
        now /= np.linalg.norm(now, axis=1, keepdims=True)
    return now[: len(pool)], now[len(pool) :]


def test_pool_and_new_texts_follow_the_recursion():
    pool, others = unit(300), unit(50, seed=1)
    fitted, vectors = fit_smoothing(pool)
    slow_pool, slow_others = smoothed_slowly(pool, others)
    np.testing.assert_allclose(vectors, slow_pool, atol=1e-5)
    np.testing.assert_allclose(fitted.apply(others), slow_others, atol=1e-5)


def test_one_text_is_left_as_it_is():
    _, vectors = fit_smoothing(unit(1))
    np.testing.assert_array_equal(vectors, unit(1))


def test_with_fewer_texts_than_neighbours_all_others_are_neighbours():
    pool, others = unit(7), unit(4, seed=1)
    fitted, vectors = fit_smoothing(pool)
    slow_pool, slow_others = smoothed_slowly(pool, others)
    np.testing.assert_allclose(vectors, slow_pool, atol=1e-5)
    np.testing.assert_allclose(fitted.apply(others), slow_others, atol=1e-5)


def test_smoothing_draws_clusters_together():
    centres = unit(3, seed=7)
    which = np.arange(150) % 3
    pool = unit_length(centres[which] + np.float32(0.4) * cloud(150))
    _, vectors = fit_smoothing(pool)
    inside = which[:, None] == which

    def contrast(x: np.ndarray) -> float:
        return float((x @ x.T)[inside].mean() - (x @ x.T)[~inside].mean())

    assert contrast(vectors) > contrast(pool) + 0.1


def test_a_large_pool_finds_its_neighbours_among_a_sample(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(smoothing, "MAX_REFERENCES", 100)
    pool = unit(300)
    fitted, vectors = fit_smoothing(pool)
    drawn = sample_rows(300, 100)
    np.testing.assert_array_equal(fitted.references, pool[drawn])
    np.testing.assert_array_equal(vectors[drawn], fit_smoothing(pool[drawn])[1])
    rest = np.setdiff1d(np.arange(300), drawn)
    np.testing.assert_array_equal(vectors[rest], fitted.apply(pool[rest]))


def test_equal_texts_get_equal_vectors_wherever_they_stand():
    pool = unit(400)
    fitted, _ = fit_smoothing(np.concatenate([pool, pool, pool]))
    others = np.repeat(unit(1, seed=3), 700, axis=0)
    prepared = fitted.apply(others)
    np.testing.assert_array_equal(prepared, np.repeat(prepared[:1], 700, axis=0))
    np.testing.assert_array_equal(fitted.apply(others[:1]), prepared[:1])


# rows


def test_chunks_cover_all_rows_once():
    assert [*chunks(5, 2)] == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert [*chunks(0, 2)] == []


def test_a_sample_is_in_order_without_repeats_and_the_same_every_time():
    drawn = sample_rows(1_000, 100)
    assert len(set(drawn.tolist())) == 100
    assert (np.diff(drawn) > 0).all()
    np.testing.assert_array_equal(drawn, sample_rows(1_000, 100))
    np.testing.assert_array_equal(sample_rows(5, 5), np.arange(5))
