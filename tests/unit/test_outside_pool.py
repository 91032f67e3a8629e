"""A pool in Parquet files: the same picks however it is cut, and as from one matrix; embeddings whole or not at all."""

import itertools
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import fsspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.outside import LANGUAGES, QuickEncoder, Row, model, rows_by_chance, vector_of, write_part

from lamm_core.errors import (
    EmbeddingStoreDamaged,
    InvalidInput,
    MissingColumn,
    MissingVectors,
    UnreadableFile,
)
from lamm_core.model.encoders import Encoding
from lamm_core.outside_pool.blocks import Eligible
from lamm_core.outside_pool.embedding import EmbedPart
from lamm_core.outside_pool.embedding_file import EmbeddingPlace, read_embeddings
from lamm_core.outside_pool.engine import PartWork, open_engine
from lamm_core.outside_pool.files import Columns, Part, PoolFiles
from lamm_core.outside_pool.sample import Sample, SamplePart, draw_sample, drawn_numbers
from lamm_core.outside_pool.scoring import Best, PoolModel, ScorePart
from lamm_core.outside_pool.shortlist import Shortlist, merge
from lamm_core.selection import allocate, select_batch
from lamm_core.selection.strategies import find_strategy

ENCODER = "a/quick-one"
TARGETS = dict.fromkeys(LANGUAGES, 0.9)
ACCURACY = {"de": 0.85, "en": 0.8, "fr": 0.6}


@pytest.fixture(scope="module", autouse=True)
def encoder() -> Iterator[QuickEncoder]:
    quick = QuickEncoder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lamm_core.model.embedding.load_encoding", lambda name: Encoding(quick.encode))
        yield quick


_numbers = itertools.count()


def new_url() -> str:
    return f"memory://pool-{next(_numbers)}"


def pool_of(*parts: list[Row], url: str | None = None) -> tuple[PoolFiles, EmbeddingPlace]:
    """A pool of these parts with its embeddings."""
    url = url or new_url()
    for number, rows in enumerate(parts):
        write_part(f"{url}/part-{number}.parquet", rows)
    pool = PoolFiles.open(url)
    place = EmbeddingPlace(pool.default_embeddings, ENCODER)
    for part in pool.parts:
        EmbedPart(pool.columns, place)(part)
    return pool, place


def best_of(pool: PoolFiles, place: EmbeddingPlace, made: PoolModel, count: int, **options: object) -> Best:
    work = ScorePart(pool.columns, place, made, count, Eligible(**options))
    with open_engine(workers=1) as engine:
        return merge(engine.map_parts(work, pool.parts))


def same(one: Shortlist, other: Shortlist) -> bool:
    return one.counts == other.counts and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in one.ROWS
    )


# picks


@pytest.mark.parametrize("strategy", ["lamm", "ea", "lamm+margin", "lc", "gap^2+least-confidence"])
def test_picks_are_those_of_one_matrix(strategy: str) -> None:
    rows, budget = rows_by_chance(2500), 40
    pool, place = pool_of(rows[:30], rows[30:1500], [], rows[1500:])
    parts = find_strategy(strategy)
    made = model(uncertainty=parts.uncertainty or "entropy")
    ids, texts, languages = (np.array(column) for column in zip(*rows, strict=True))
    prepared = made.preparation.transform(np.stack([vector_of(text) for text in texts]), texts.tolist(), languages)
    probabilities = made.classifier.predict_proba(prepared)
    chosen = select_batch(probabilities, languages, ACCURACY, TARGETS, budget, strategy, ids=ids)

    best = best_of(pool, place, made, budget)
    if strategy == "lc":
        taken = np.lexsort((best.ids, best.order))[:budget]
    else:
        quota = allocate(chosen.weights, budget, best.counts)
        taken = np.concatenate([np.flatnonzero(best.languages == name)[: quota[name]] for name in quota])
    assert set(best.ids[taken]) == set(ids[chosen.indices])
    assert best.counts == {name: int((languages == name).sum()) for name in LANGUAGES}
    class_of = dict(zip(ids, np.asarray(made.classifier.classes)[probabilities.argmax(axis=1)], strict=True))
    assert [class_of[each] for each in best.ids] == best.predicted.tolist()
    assert [dict(zip(ids, texts, strict=True))[each] for each in best.ids] == best.texts.tolist()


# Few different texts, so that exact ties are everywhere.
_ROWS = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from(LANGUAGES)), min_size=1, max_size=40)


@settings(deadline=None, max_examples=25)
@given(
    found=_ROWS,
    cuts=st.lists(st.integers(0, 40), max_size=3),
    limit=st.integers(1, 8),
    order=st.randoms(),
    data=st.data(),
)
def test_how_a_pool_is_cut_changes_nothing(
    found: list[tuple[str, str]], cuts: list[int], limit: int, order: random.Random, data: st.DataObject
) -> None:
    rows = [(f"{number:02d}", text, language) for number, (text, language) in enumerate(found)]
    excluded = frozenset(data.draw(st.sets(st.sampled_from([each[0] for each in rows]), max_size=5)))
    whole, place = pool_of(rows)
    shuffled = order.sample(rows, len(rows))
    ends = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    cut, cut_place = pool_of(*(shuffled[begin:end] for begin, end in itertools.pairwise(ends)))
    made, eligible = model(), Eligible(frozenset({"de", "fr"}), excluded)
    backwards = tuple(reversed(cut.parts))

    best = ScorePart(whole.columns, place, made, limit, eligible)(whole.parts[0])
    assert same(best, merge(map(ScorePart(cut.columns, cut_place, made, limit, eligible), backwards)))
    expected = [(language, -score, each) for language, score, each in zip(*_columns(best), strict=True)]
    assert expected == sorted(expected)
    assert best.counts == Counter(row[2] for row in rows if row[0] not in excluded and row[2] != "en")
    assert Counter(best.languages.tolist()) == {name: min(limit, count) for name, count in best.counts.items()}

    for per_language in (False, True):
        drawn = SamplePart(whole.columns, place, limit, 7, per_language, eligible)(whole.parts[0])
        again = SamplePart(cut.columns, cut_place, limit, 7, per_language, eligible)
        assert same(drawn, merge(map(again, backwards)))
        assert len(drawn) == (len(best) if per_language else min(limit, sum(best.counts.values())))
        assert all(
            np.array_equal(vector_of(text), row) for text, row in zip(drawn.texts, drawn.embeddings, strict=True)
        )


def _columns(best: Best) -> tuple[list[str], list[float], list[str]]:
    return best.languages.tolist(), best.scores.tolist(), best.ids.tolist()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(st.integers(0, 5), max_size=12), min_size=3, max_size=3), st.integers(1, 4))
def test_merging_is_associative_and_commutative(scores: list[list[int]], limit: int) -> None:
    a, b, c = (_best(f"{part}", each, limit) for part, each in enumerate(scores))
    assert same(merge([merge([a, b]), c]), merge([a, merge([b, c])]))
    assert same(merge([a, b, c]), merge([c, a, b]))
    assert same(merge([a, Best.none(limit)]), merge([a]))


def _best(part: str, scores: list[int], limit: int) -> Best:
    names = np.array([LANGUAGES[score % 2] for score in scores], dtype=np.str_)
    ids = np.array([f"{part}-{place}" for place in range(len(scores))], dtype=np.str_)
    texts, counts = ids.astype(np.object_), dict(Counter(names.tolist()))
    return merge([Best(limit, ids, names, texts, counts, np.array(scores, dtype=np.float64), names)])


def test_a_score_does_not_depend_on_the_texts_around_it_with_any_preparation() -> None:
    rows = [(f"{i:04d}", f"text {i % 7}", LANGUAGES[i % 3]) for i in range(1300)]
    for made in (model("default"), model("plain")):
        one, place = pool_of(rows)
        two, other = pool_of(rows[900:], rows[:333], rows[333:900])
        assert same(best_of(one, place, made, 300), best_of(two, other, made, 300))


def test_a_drawn_sample_is_the_one_without_shares_and_sends_little() -> None:
    rows = [*rows_by_chance(6000), *((f"rare{i}", f"rare {i}", "sk") for i in range(30))]
    pool, place = pool_of(rows[:1000], rows[1000:4000], rows[4000:])
    engine = CountingEngine()
    for count, per_language in ((60, False), (60, True), (20, True), (9000, False)):
        whole = merge(map(SamplePart(pool.columns, place, count, 3, per_language), pool.parts))
        engine.rows = 0
        assert same(draw_sample(pool, place, engine, count, 3, per_language=per_language), whole)
        assert engine.rows < 2.5 * len(whole) + 6 * 30
    few = Eligible(languages=frozenset({"sk"}))
    assert len(draw_sample(pool, place, engine, 25, 3, eligible=few)) == 25


class CountingEngine:
    """Works here, and counts the rows that parts send."""

    rows = 0

    def map_parts(self, work: PartWork[Sample], parts: Sequence[Part]) -> Iterator[Sample]:
        for part in parts:
            result = work(part)
            self.rows += len(result)
            yield result


def test_a_sample_draws_every_text_alike_and_another_seed_draws_others() -> None:
    ids = [f"id{i}" for i in range(4000)]
    chosen = [drawn_numbers(ids, seed).argsort()[:400] for seed in range(10)]
    assert len(set.intersection(*(set(each.tolist()) for each in chosen[:2]))) < 80
    assert 1900 < np.mean(chosen) < 2100


# embeddings


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_embeddings_are_computed_once_and_a_torn_file_again(kind: str, tmp_path: Path, encoder: QuickEncoder) -> None:
    url = new_url() if kind == "memory" else str(tmp_path / "pool")
    rows = rows_by_chance(1500)
    pool, place = pool_of(rows[:1100], rows[1100:], url=url)
    asked, embed = encoder.texts, EmbedPart(pool.columns, place)
    assert [(each.rows, each.computed) for each in map(embed, pool.parts)] == [(1100, False), (400, False)]
    assert encoder.texts == asked

    file = place.file_of(pool.parts[0])
    with fsspec.open(file, "rb") as opened:
        whole = opened.read()
    with fsspec.open(file, "wb") as opened:
        opened.write(whole[: len(whole) // 2])
    with pytest.raises(EmbeddingStoreDamaged, match="embed the pool again"):
        best_of(pool, place, model(), 3)
    assert [each.computed for each in map(embed, pool.parts)] == [True, False]
    assert encoder.texts == asked + 1100
    with fsspec.open(file, "rb") as opened:
        assert opened.read() == whole
    assert np.array_equal(
        np.concatenate([*read_embeddings(file)]), np.stack([vector_of(row[1]) for row in rows[:1100]])
    )
    system, path = fsspec.core.url_to_fs(place.url)
    assert len(system.find(path)) == 2  # nothing else was left there


def test_embeddings_of_other_texts_are_refused_and_made_anew(encoder: QuickEncoder) -> None:
    pool, place = pool_of([("1", "old", "de"), ("2", "b", "de")])
    write_part(pool.parts[0].url, [("1", "new", "de"), ("2", "b", "de")])
    with pytest.raises(EmbeddingStoreDamaged, match=r"not of the texts .* embed the pool again"):
        best_of(pool, place, model(), 1)
    asked = encoder.texts
    done = EmbedPart(pool.columns, place)(pool.parts[0])
    assert (done.computed, done.languages, encoder.texts) == (True, {"de": 2}, asked + 2)
    with pytest.raises(MissingVectors, match="embed the pool first"):
        best_of(pool, replace(place, precision="single"), model(), 1)


def test_an_embedding_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "lamm_core.outside_pool.embedding.encode_texts", lambda name, texts: np.full((len(texts), 4), 1e6, np.float32)
    )
    for url in (new_url(), str(tmp_path / "pool")):
        with pytest.raises(EmbeddingStoreDamaged, match=r"2 of 2 embeddings .* too large for this precision"):
            pool_of([("1", "a", "de"), ("2", "b", "de")], url=url)
        system, path = fsspec.core.url_to_fs(f"{url}-embeddings")
        assert system.find(path) == []


# pools that cannot be used


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([("1", "a", "de"), ("", "b", "de")], "Row 2 of .*part-0.parquet' has an empty 'id'."),
        ([("1", "a", "de"), ("2", " \n", "de")], "Row 2 of .*part-0.parquet' has an empty 'text'."),
        ([("1", "a", None)], "Row 1 of .*part-0.parquet' has an empty 'language'."),
        ([("1", "a", "de"), ("2", "b", "de"), ("1", "c", "fr")], "part-0.parquet' has the id '1' more than once"),
        ([("1\0", "a", "de")], "The id in row 1 of .* holds a NUL character."),
    ],
)
def test_a_row_that_cannot_be_used_is_named(rows: list[Row], sentence: str) -> None:
    with pytest.raises(UnreadableFile, match=sentence):
        pool_of(rows)


def test_a_pool_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no Parquet")
    with pytest.raises(UnreadableFile, match="There is no folder and no Parquet file"):
        PoolFiles.open(str(tmp_path / "nowhere"))
    with pytest.raises(UnreadableFile, match="There is no Parquet file in"):
        PoolFiles.open(str(tmp_path))
    with pytest.raises(InvalidInput, match="'nonsense://x' cannot be opened"):
        PoolFiles.open("nonsense://x")
    write_part(str(tmp_path / "a.parquet"), [("1", "a", "de")])
    with pytest.raises(MissingColumn, match="has no column 'body'; its columns are: id, text, language"):
        PoolFiles.open(str(tmp_path), Columns(text="body"))
    (tmp_path / "b.parquet").write_bytes(b"PAR1 torn")
    with pytest.raises(UnreadableFile, match=r"b\.parquet' cannot be read as Parquet"):
        PoolFiles.open(str(tmp_path))


def test_parts_are_found_in_a_folder_by_a_pattern_and_alone(tmp_path: Path) -> None:
    for name in ("b/2.parquet", "a/1.parquet", "_temporary/x.parquet", "a/.3.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_part(str(tmp_path / name), [("1", "a", "de"), ("2", "b", "de")])
    found = PoolFiles.open(f"{tmp_path}/")
    assert [each.name for each in found.parts] == ["a/1.parquet", "b/2.parquet"]
    assert (found.rows, found.size) == (4, 2 * (tmp_path / "a/1.parquet").stat().st_size)
    assert found.default_embeddings == f"{tmp_path}-embeddings"
    pattern = PoolFiles.open(f"{tmp_path}/b/*.parquet")
    assert ([each.name for each in pattern.parts], pattern.default_embeddings) == (
        ["2.parquet"],
        f"{tmp_path}/b-embeddings",
    )
    alone = PoolFiles.open(f"{tmp_path}/a/1.parquet")
    assert ([each.name for each in alone.parts], alone.default_embeddings) == (
        ["1.parquet"],
        f"{tmp_path}/a/1-embeddings",
    )


# engines


def test_an_engine_that_cannot_be_opened_says_why() -> None:
    with pytest.raises(InvalidInput, match="Unknown engine 'spark'"):
        open_engine("spark")
    with pytest.raises(InvalidInput, match="workers is 0; it must be at least 1"):
        open_engine(workers=0)
    with pytest.raises(InvalidInput, match="has no address"), open_engine("local", "host:1"):
        pass
