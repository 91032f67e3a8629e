"""The benchmark: tasks, replays and figures."""

import dataclasses
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lamm_core.errors import (
    EncoderUnavailable,
    InvalidAccuracy,
    InvalidInput,
    MissingColumn,
    NotEnoughLabels,
    UnknownPreparation,
    UnknownStrategy,
    UnknownTask,
    UnreadableFile,
)
from lamm_core.experiments import backtest, figures, replay
from lamm_core.experiments.backtest import BacktestResult, run_backtest, run_benchmark, task_embeddings
from lamm_core.experiments.preparations import prepared_rows
from lamm_core.experiments.tasks import TASKS, BenchmarkTask, TaskData, load_task
from lamm_core.model.embedding_store import EmbeddingStore, text_key
from lamm_core.selection import select_batch

LANGUAGES = ("en", "de", "ja")
SMALL = BenchmarkTask(
    "small",
    "small.parquet",
    {"en": 0.6, "de": 0.3, "ja": 0.1},
    pool_size=100,
    target=0.8,
    labels=60,
    first=20,
    batch=15,
)


def one_language(*accuracies: float) -> figures.Curves:
    return np.array(accuracies, dtype=float)[:, None]


# figures


def test_the_moving_average_takes_the_round_and_up_to_two_before_it():
    curve = np.array([[0.3, 1.0], [0.6, 0.0], [0.9, 0.5], [0.0, 0.4]])
    expected = [[0.3, 1.0], [0.45, 0.5], [0.6, 0.5], [0.5, 0.3]]
    np.testing.assert_allclose(figures.moving_average(curve), expected)


def test_a_target_counts_as_reached_by_the_average_and_not_by_one_lucky_round():
    curve = one_language(0.5, 0.6, 0.9, 0.7, 0.7)
    assert figures.labels_to_target(curve, [100, 150, 200, 250, 300], 0.7) == 250


def test_a_first_round_at_the_target_counts_at_once():
    assert figures.labels_to_target(one_language(0.7, 0.1), [100, 150], 0.7) == 100


def test_an_average_equal_to_the_target_on_paper_reaches_it():
    assert sum([0.7] * 3) / 3 < 0.7
    assert figures.labels_to_target(one_language(0.0, 0.7, 0.7, 0.7), [1, 2, 3, 4], 0.7) == 4


def test_every_language_must_be_at_its_target_in_the_same_round():
    curve = np.array([[0.9, 0.1], [0.1, 0.9], [0.1, 0.9]])
    assert figures.labels_to_target(curve, [10, 20, 30], 0.6) == math.inf


def test_labels_to_target_is_the_median_over_an_even_number_of_seeds():
    curves = np.stack([one_language(0.9, 0.9), one_language(0.1, 0.9)])
    assert figures.ltt(curves, [100, 150], 0.5) == 125


def test_labels_to_target_is_infinite_when_half_of_the_seeds_never_get_there():
    never, at_once = one_language(0.1, 0.1), one_language(0.9, 0.9)
    assert figures.ltt(np.stack([at_once, never]), [100, 150], 0.5) == math.inf
    assert figures.ltt(np.stack([never, never]), [100, 150], 0.5) == math.inf
    assert figures.ltt(np.stack([never, at_once, at_once]), [100, 150], 0.5) == 100


def test_areas_and_deficit_are_means_over_rounds_and_seeds():
    curves = np.array([[[0.5, 0.9], [0.7, 0.9]], [[0.6, 0.7], [0.8, 0.7]]])
    np.testing.assert_allclose(figures.auc(curves), [0.65, 0.8])
    # Gaps to 0.8 summed over the languages: 0.3, 0.1 in the first seed, 0.2 + 0.1, 0.1 in the second.
    assert figures.deficit(curves, 0.8) == pytest.approx(100 * (0.3 + 0.1 + 0.3 + 0.1) / 4)


def test_hrl_is_the_language_with_most_of_the_pool_and_lrl_the_mean_of_the_others():
    area = {"en": 0.9, "de": 0.6, "ja": 0.5}
    shares = {"en": 0.6, "de": 0.3, "ja": 0.1}
    assert figures.hrl(area, shares) == 0.9
    assert figures.lrl(area, shares) == pytest.approx(0.55)
    assert figures.mean(area) == pytest.approx(2 / 3)


def test_with_equal_shares_hrl_and_lrl_are_the_mean_of_all():
    area = {"en": 0.9, "de": 0.6}
    shares = {"en": 0.5, "de": 0.5}
    assert figures.hrl(area, shares) == figures.lrl(area, shares) == pytest.approx(0.75)


def test_the_label_share_is_the_mean_of_the_shares_of_each_seed():
    np.testing.assert_allclose(figures.label_share(np.array([[3, 1], [1, 1]])), [0.625, 0.375])


# tasks


def small_table() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    counts = {("en", "pool"): 90, ("de", "pool"): 40, ("ja", "pool"): 7, ("xx", "pool"): 9}
    counts |= {(language, split): 12 for language in (*LANGUAGES, "xx") for split in ("dev", "test")}
    pairs = [pair for pair, count in counts.items() for _ in range(count)]
    rng.shuffle(pairs)
    labels = rng.choice(["games", "mail", "net"], len(pairs))
    named = zip(pairs, labels, strict=True)
    rows = [(f"r{i}", language, f"text {i}", label, split) for i, ((language, split), label) in enumerate(named)]
    return pd.DataFrame(rows, columns=["id", "lang", "text", "label", "split"])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    small_table().to_parquet(tmp_path / "small.parquet")
    return tmp_path


def test_the_pool_is_drawn_exactly_as_the_data_describes_it(data: Path):
    table = small_table()
    rng = np.random.default_rng(0)
    expected: list[int] = []
    for language, share in SMALL.shares.items():
        rows = [i for i in range(len(table)) if table.lang[i] == language and table.split[i] == "pool"]
        expected += rng.choice(rows, min(len(rows), round(100 * share)), replace=False).tolist()

    drawn = load_task(SMALL, data)

    assert drawn.rows[drawn.pool].tolist() == expected
    assert len(expected) == 60 + 30 + 7
    assert drawn.texts.tolist() == table.text[drawn.rows].tolist()
    assert drawn.classes.tolist() == table.label[drawn.rows].tolist()
    assert drawn.languages.tolist() == table.lang[drawn.rows].tolist()


def test_check_and_test_rows_are_all_rows_of_those_parts_in_the_languages_of_the_task(data: Path):
    table = small_table()
    drawn = load_task(SMALL, data)
    for part, positions in (("dev", drawn.check), ("test", drawn.test)):
        expected = table.index[(table.split == part) & table.lang.isin(LANGUAGES)].tolist()
        assert drawn.rows[positions].tolist() == expected


def test_a_task_without_a_pool_size_takes_every_pool_row_of_its_languages(data: Path):
    task = BenchmarkTask("all", "small.parquet", {"de": 0.5, "ja": 0.5}, pool_size=None, target=0.8, labels=60)
    drawn = load_task(task, data)
    assert drawn.languages[drawn.pool].tolist() == ["de"] * 40 + ["ja"] * 7


def test_the_registered_tasks_are_those_of_the_data():
    assert list(TASKS) == ["catalogue-7", "catalogue-5", "catalogue-10", "sib-14", "sample"]
    assert {name: (task.pool_size, task.target, task.labels) for name, task in TASKS.items()} == {
        "catalogue-7": (10_000, 0.70, 1_500),
        "catalogue-5": (7_000, 0.90, 1_000),
        "catalogue-10": (10_000, 0.70, 1_500),
        "sib-14": (None, 0.80, 1_000),
        "sample": (None, 0.75, 500),
    }
    assert [len(task.shares) for task in TASKS.values()] == [7, 5, 10, 14, 5]
    assert all((task.first, task.batch) == (100, 50) for task in TASKS.values())
    # The shares of the paper's Dataset B leave 0.6 % to languages that the task does not have.
    assert [sum(task.shares.values()) for task in TASKS.values()] == pytest.approx([1, 0.994, 1, 1, 1])


def test_the_built_in_project_checks_and_measures_on_the_same_rows(tmp_path: Path):
    sample = load_task("sample", tmp_path)
    assert sample.check.tolist() == sample.test.tolist()
    assert not set(sample.check.tolist()) & set(sample.pool.tolist())
    assert len(sample.pool) == 1550
    for language, share in TASKS["sample"].shares.items():
        assert (sample.languages[sample.pool] == language).mean() == pytest.approx(share, abs=0.001)


def test_an_unknown_task_names_the_known_ones(tmp_path: Path):
    with pytest.raises(UnknownTask, match=r"'catalogue-8'.*catalogue-7, catalogue-5.*sample"):
        load_task("catalogue-8", tmp_path)


def test_a_missing_a_damaged_and_a_partial_file_are_told_apart(data: Path, tmp_path: Path):
    with pytest.raises(UnreadableFile, match="is missing"):
        load_task("catalogue-7", tmp_path)
    (tmp_path / "software_catalogue.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(UnreadableFile, match="cannot be read"):
        load_task("catalogue-7", tmp_path)
    small_table().query("not (lang == 'ja' and split == 'dev')").to_parquet(data / "small.parquet")
    with pytest.raises(UnreadableFile, match="no 'dev' rows in: ja"):
        load_task(SMALL, data)


def test_a_missing_column_is_named(data: Path):
    small_table().drop(columns=["label", "split"]).to_parquet(data / "small.parquet")
    with pytest.raises(MissingColumn, match=r"lacks 2 column\(s\): label, split"):
        load_task(SMALL, data)


# backtest


@pytest.fixture
def task_data(data: Path) -> TaskData:
    return load_task(SMALL, data)


@pytest.fixture
def embeddings(task_data: TaskData) -> np.ndarray:
    """Vectors from which the class can be learnt, though not without error."""
    rng = np.random.default_rng(1)
    centres = {name: rng.normal(size=8) for name in sorted(set(task_data.classes.tolist()))}
    means = np.stack([centres[name] for name in task_data.classes.tolist()])
    return (means + rng.normal(size=means.shape)).astype(np.float32)


def assert_same(one: list[BacktestResult], other: list[BacktestResult]) -> None:
    for a, b in zip(one, other, strict=True):
        assert (a.strategy, a.labels) == (b.strategy, b.labels)
        np.testing.assert_array_equal(a.curves, b.curves)
        np.testing.assert_array_equal(a.label_counts, b.label_counts)


def test_the_result_does_not_depend_on_the_number_of_workers(task_data: TaskData, embeddings: np.ndarray):
    told: list[tuple[int, int]] = []
    alone = run_backtest(task_data, embeddings, ["lamm", "random"], [0, 1], workers=1)
    together = run_backtest(
        task_data, embeddings, ["lamm", "random"], [0, 1], workers=2, progress=lambda *now: told.append(now)
    )
    assert_same(alone, together)
    assert told == [(done, 4) for done in range(5)]


def test_a_replay_with_the_same_seed_is_identical(task_data: TaskData, embeddings: np.ndarray):
    strategies = ["lamm", "lc", "ea", "random"]
    first = run_backtest(task_data, embeddings, strategies, [3], workers=1)
    assert_same(first, run_backtest(task_data, embeddings, strategies, [3], workers=1))
    other = run_backtest(task_data, embeddings, strategies, [4], workers=1)
    assert any(not np.array_equal(a.curves, b.curves) for a, b in zip(first, other, strict=True))


def test_labels_are_spent_first_then_batch_by_batch_up_to_the_limit(task_data: TaskData, embeddings: np.ndarray):
    (result,) = run_backtest(task_data, embeddings, ["lamm"], [0, 1], labels=60, workers=1)
    assert result.labels == (20, 35, 50, 60)
    assert result.curves.shape == (2, 4, 3)
    assert result.label_counts.sum(axis=1).tolist() == [60, 60]


def test_an_exhausted_pool_ends_the_replay(task_data: TaskData, embeddings: np.ndarray):
    (result,) = run_backtest(task_data, embeddings, ["lc"], [0], labels=500, workers=1)
    assert result.labels[-1] == len(task_data.pool) == 97
    assert result.label_counts.tolist() == [[60, 30, 7]]


def test_all_strategies_begin_with_the_same_random_labels(task_data: TaskData, embeddings: np.ndarray):
    results = run_backtest(task_data, embeddings, ["lamm", "lc", "ea", "random"], [7], labels=20, workers=1)
    drawn = np.random.default_rng(7).choice(task_data.pool, 20, replace=False)
    for result in results:
        assert result.label_counts[0].tolist() == [(task_data.languages[drawn] == name).sum() for name in LANGUAGES]
        np.testing.assert_array_equal(result.curves, results[0].curves)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[dict]:
    """What each call of `select_batch` was given, and the ids of what it chose."""
    seen: list[dict] = []

    def spy(probabilities, languages, **given):
        selection = select_batch(probabilities, languages, **given)
        chosen = np.asarray(given["ids"])[selection.indices].tolist()
        seen.append({"probabilities": np.array(probabilities), "chosen": chosen, **given})
        return selection

    monkeypatch.setattr(replay, "select_batch", spy)
    return seen


def test_the_strategy_never_sees_the_test_rows(task_data: TaskData, embeddings: np.ndarray, calls: list[dict]):
    """Nonsense in the test rows changes what is measured, and nothing of what a strategy sees or chooses."""
    (honest,) = run_backtest(task_data, embeddings, ["lamm"], [0], workers=1)
    before = list(calls)
    calls.clear()
    spoilt = embeddings.copy()
    spoilt[task_data.test] = np.random.default_rng(2).normal(size=spoilt[task_data.test].shape)
    (other,) = run_backtest(task_data, spoilt, ["lamm"], [0], workers=1)

    assert not np.array_equal(honest.curves, other.curves)
    assert len(before) == len(calls) == 3
    for a, b in zip(before, calls, strict=True):
        assert a["accuracy"] == b["accuracy"]
        assert a["chosen"] == b["chosen"]
        np.testing.assert_array_equal(a["probabilities"], b["probabilities"])


@pytest.mark.parametrize("preparation", ["plain", "default"])
def test_check_and_test_rows_have_no_influence_on_how_other_rows_are_prepared(
    task_data: TaskData, embeddings: np.ndarray, preparation: str
):
    honest = prepared_rows(task_data, embeddings, preparation)
    spoilt, texts = embeddings.copy(), task_data.texts.copy()
    spoilt[task_data.test] += 9
    texts[task_data.test] = "nonsense"
    other = prepared_rows(dataclasses.replace(task_data, texts=texts), spoilt, preparation)
    seen = np.concatenate([task_data.pool, task_data.check])
    np.testing.assert_array_equal(other[seen], honest[seen])
    assert not np.array_equal(other[task_data.test], honest[task_data.test])


def test_a_result_has_the_one_name_of_its_preparation(task_data: TaskData, embeddings: np.ndarray):
    results = [
        run_backtest(task_data, embeddings, ["lamm"], [0], preparation=name, workers=1)
        for name in ("smooth, centre", "centre,smooth", "plain")
    ]
    assert [result.preparation for (result,) in results] == ["centre,smooth", "centre,smooth", "plain"]
    assert_same(results[0], results[1])
    assert not np.array_equal(results[0][0].curves, results[2][0].curves)


def test_a_strategy_is_given_the_global_ids_of_pool_items_without_a_label(
    task_data: TaskData, embeddings: np.ndarray, calls: list[dict]
):
    run_backtest(task_data, embeddings, ["lamm"], [0], workers=1)
    free = set(task_data.rows[task_data.pool].tolist())
    free -= set(task_data.rows[np.random.default_rng(0).choice(task_data.pool, 20, replace=False)].tolist())
    for call in calls:
        assert set(call["ids"].tolist()) == free
        free -= set(call["chosen"])


def test_the_target_can_be_overridden(task_data: TaskData, embeddings: np.ndarray, calls: list[dict]):
    (result,) = run_backtest(task_data, embeddings, ["lamm"], [0], target=0.95, workers=1)
    assert result.target == 0.95
    assert calls[0]["targets"] == dict.fromkeys(LANGUAGES, 0.95)


def test_a_worker_loads_neither_torch_nor_an_encoder_nor_the_pages():
    code = "import sys, lamm_core.experiments.processes; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "sentence_transformers", "streamlit"} & set(loaded)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"strategies": ["lamm", "best"]}, UnknownStrategy, "'best'"),
        ({"uncertainty": "doubt"}, UnknownStrategy, "'doubt'"),
        ({"preparation": "fancy"}, UnknownPreparation, "'fancy'; choose one of: plain"),
        ({"seeds": []}, InvalidInput, "at least 1 seed"),
        ({"labels": 19}, InvalidInput, "19 labels are fewer than the 20"),
        ({"target": 1.5}, InvalidAccuracy, "1.5"),
        ({"workers": 0}, InvalidInput, "workers is 0"),
        ({"embeddings": np.zeros((3, 8), dtype=np.float32)}, InvalidInput, r"\(3, 8\)"),
    ],
)
def test_a_backtest_that_cannot_be_run_says_why(task_data, embeddings, change, error, message):
    arguments = {"embeddings": embeddings, "strategies": ["lamm"], "seeds": [0]} | change
    with pytest.raises(error, match=message):
        run_backtest(task_data, **arguments)


def test_embeddings_that_are_not_finite_are_refused(task_data: TaskData, embeddings: np.ndarray):
    embeddings[3, 2] = np.nan
    with pytest.raises(InvalidInput, match="not finite"):
        run_backtest(task_data, embeddings, ["lamm"], [0], workers=1)


def test_an_error_in_a_worker_reaches_the_caller(task_data: TaskData, embeddings: np.ndarray):
    of_one_class = dataclasses.replace(task_data, classes=np.full(len(task_data.rows), "mail"))
    with pytest.raises(NotEnoughLabels):
        run_backtest(of_one_class, embeddings, ["lamm"], [0, 1], workers=2)


# benchmark


@pytest.fixture
def benchmark(data: Path, monkeypatch: pytest.MonkeyPatch) -> dict:
    monkeypatch.setitem(TASKS, "small", SMALL)
    return {
        "task_names": ["small"],
        "data": data,
        "strategies": ["lamm", "ea"],
        "seeds": 2,
        "labels": None,
        "target": None,
        "store_root": data / "embeddings",
        "encoder": "builtin:none-such",
        "workers": 1,
    }


def fill_store(benchmark: dict, texts: list[str]) -> None:
    vectors = np.random.default_rng(0).normal(size=(len(texts), 6)).astype(np.float32)
    EmbeddingStore(benchmark["store_root"], benchmark["encoder"]).append([text_key(text) for text in texts], vectors)


def test_a_benchmark_gives_one_result_a_task_and_strategy(benchmark: dict):
    fill_store(benchmark, small_table().text.tolist())
    told: list[tuple[int, int]] = []
    results = run_benchmark(**benchmark | {"task_names": ["small", "small"]}, progress=lambda *now: told.append(now))
    assert [result.strategy for result in results] == ["lamm", "ea", "lamm", "ea"]
    assert_same(results[:2], results[2:])
    assert {(result.encoder, result.seeds) for result in results} == {("builtin:none-such", (0, 1))}
    assert (told[0], told[-1]) == ((0, 8), (8, 8))
    assert told == sorted(told)


def test_a_benchmark_runs_each_preparation_in_turn(benchmark: dict):
    fill_store(benchmark, small_table().text.tolist())
    told: list[tuple[int, int]] = []
    results = run_benchmark(**benchmark, preparation=["plain", "centre,smooth"], progress=lambda *now: told.append(now))
    assert [(result.preparation, result.strategy) for result in results] == [
        ("plain", "lamm"), ("plain", "ea"), ("centre,smooth", "lamm"), ("centre,smooth", "ea"),
    ]  # fmt: skip
    assert_same(results[2:], run_benchmark(**benchmark, preparation="centre,smooth"))
    assert (told[0], told[-1]) == ((0, 8), (8, 8))
    assert told == sorted(told)


def test_texts_without_an_embedding_are_given_to_the_encoder(benchmark: dict):
    fill_store(benchmark, small_table().text.tolist()[:50])
    with pytest.raises(EncoderUnavailable, match="none-such"):
        run_benchmark(**benchmark)


def test_task_embeddings_are_in_the_order_of_the_rows(benchmark: dict, task_data: TaskData):
    texts = small_table().text.tolist()
    fill_store(benchmark, texts)
    store = EmbeddingStore(benchmark["store_root"], benchmark["encoder"])
    expected = store.vectors([text_key(texts[row]) for row in task_data.rows])
    np.testing.assert_array_equal(task_embeddings(task_data, store), expected)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"task_names": ["small", "other"]}, UnknownTask),
        ({"strategies": ["best"]}, UnknownStrategy),
        ({"preparation": "fancy"}, UnknownPreparation),
        ({"preparation": ["plain", "fancy"]}, UnknownPreparation),
        ({"preparation": []}, InvalidInput),
        ({"seeds": 0}, InvalidInput),
        ({"workers": 0}, InvalidInput),
        ({"labels": 10}, InvalidInput),
        ({"target": -0.1}, InvalidAccuracy),
    ],
)
def test_a_wrong_argument_is_found_before_any_work_starts(benchmark, change, error, monkeypatch):
    monkeypatch.setattr(backtest, "task_embeddings", lambda *_: pytest.fail("the work has begun"))
    with pytest.raises(error):
        run_benchmark(**benchmark | change)
