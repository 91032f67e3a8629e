"""A benchmark with translations: rows of the data that say the same as a labelled text in another language."""

import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from lamm_core.cli import app
from lamm_core.cli.exit_codes import ExitCode
from lamm_core.errors import InvalidInput, MissingColumn
from lamm_core.experiments import models
from lamm_core.experiments.backtest import BacktestResult, run_backtest, task_embeddings
from lamm_core.experiments.facts import facts
from lamm_core.experiments.kept_replays import KeptReplays
from lamm_core.experiments.label_cut import hrl_label_cut
from lamm_core.experiments.parallel_rows import find_translations
from lamm_core.experiments.preparations import prepared_rows
from lamm_core.experiments.record import as_record
from lamm_core.experiments.shown_table import row_names
from lamm_core.experiments.table_one import table_one
from lamm_core.experiments.tasks import TASKS, BenchmarkTask, TaskData, load_task
from lamm_core.experiments.translations import Translations
from lamm_core.model.classifier import fit_logistic_regression
from lamm_core.model.embedding_store import EmbeddingStore, text_key

LANGUAGES = ("en", "de", "ja")
CLASSES = ("games", "mail", "net")
TASK = BenchmarkTask(
    "parallel",
    "parallel.parquet",
    {"en": 0.6, "de": 0.3, "ja": 0.1},
    pool_size=60,
    target=0.8,
    labels=40,
    first=12,
    batch=14,
)


def parallel_table() -> pd.DataFrame:
    """50 meanings of the pool in English, German, Japanese and Dutch; those of dev and test share some of their ids."""
    rows = []
    for part, meanings in (("pool", range(50)), ("dev", range(45, 60)), ("test", range(40, 55))):
        for language in (*LANGUAGES, "nl"):
            rows += [
                (f"{part} {language} {each}", language, f"{part} text {each} {language}", CLASSES[each % 3], part, each)
                for each in meanings
            ]
    table = pd.DataFrame(rows, columns=["id", "lang", "text", "label", "split", "parallel_id"])
    return table.assign(parallel_id=table["parallel_id"].map("m{}".format))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    parallel_table().to_parquet(tmp_path / "parallel.parquet")
    return tmp_path


@pytest.fixture
def task_data(data: Path) -> TaskData:
    return load_task(TASK, data, translate=True)


def translations_of(task_data: TaskData) -> Translations:
    assert task_data.translations is not None
    return task_data.translations


def vectors_of(task_data: TaskData) -> np.ndarray:
    """A vector of its own for each row, so that rows are told apart by it; the class can be learnt from it."""
    centres = dict(zip(CLASSES, np.random.default_rng(0).normal(size=(3, 8)), strict=True))
    return np.stack(
        [
            centres[name] + np.random.default_rng(row).normal(size=8)
            for row, name in zip(task_data.rows.tolist(), task_data.classes.tolist(), strict=True)
        ]
    ).astype(np.float32)


@dataclass(frozen=True)
class Fit:
    """What a model learnt from: positions of the task's rows, and the weight of each."""

    rows: list[int]
    classes: list[int]
    weights: list[float] | None

    def weight_of(self) -> dict[int, float]:
        assert self.weights is not None
        assert len(set(self.rows)) == len(self.rows)
        return dict(zip(self.rows, self.weights, strict=True))


Watch = Callable[..., tuple[list[Fit], list[BacktestResult]]]


@pytest.fixture
def watch(task_data: TaskData, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Run a backtest and see every fit."""

    def run(data: TaskData = task_data, strategy: str = "lamm", **more) -> tuple[list[Fit], list[BacktestResult]]:
        embeddings = vectors_of(data)
        place_of = {vector.tobytes(): place for place, vector in enumerate(prepared_rows(data, embeddings, "plain"))}
        assert len(place_of) == len(data.rows)
        fits: list[Fit] = []

        def spy(prepared, classes, seed=0, start=None, weights=None):
            rows = [place_of[vector.tobytes()] for vector in np.asarray(prepared)]
            fits.append(Fit(rows, np.asarray(classes).tolist(), None if weights is None else weights.tolist()))
            return fit_logistic_regression(prepared, classes, seed, start, weights)

        with monkeypatch.context() as patch:
            patch.setattr(models, "fit_logistic_regression", spy)
            return fits, run_backtest(data, embeddings, [strategy], [0], workers=1, **more)

    return run


# which rows translate which


def test_a_translation_is_a_row_of_the_pools_part_with_the_same_id_in_another_language_of_the_task(
    task_data: TaskData,
):
    table = parallel_table()
    found = translations_of(task_data)
    pairs = set(zip(task_data.rows[found.originals].tolist(), task_data.rows[found.rows].tolist(), strict=True))
    pool = task_data.rows[task_data.pool].tolist()
    expected = {
        (one, other)
        for one in pool
        for other in table.index[(table.split == "pool") & table.lang.isin(LANGUAGES)]
        if table.parallel_id[one] == table.parallel_id[other] and table.lang[one] != table.lang[other]
    }
    assert pairs == expected
    assert len(found.rows) == 2 * len(pool)
    assert task_data.rows[found.extra].tolist() == sorted({other for _, other in expected} - set(pool))
    assert task_data.texts[found.extra].tolist() == table.text[task_data.rows[found.extra]].tolist()


def test_without_translations_a_task_has_the_rows_it_always_had(data: Path, task_data: TaskData):
    plain = load_task(TASK, data)
    assert plain.translations is None
    for part in ("pool", "check", "test"):
        assert getattr(plain, part).tolist() == getattr(task_data, part).tolist()
    assert plain.rows.tolist() == task_data.rows[: len(plain.rows)].tolist()


def test_rows_without_an_id_translate_nothing():
    ids = np.array(["a", "a", "", "", None, None, np.nan, np.nan, "b", "b"], dtype=object)
    languages = np.array(["en", "de"] * 4 + ["en", "en"])
    found = find_translations(ids, languages, np.array([0, 2, 4, 6, 8]), np.arange(10))
    assert (found.originals.tolist(), found.rows.tolist(), found.extra.tolist()) == ([0], [1], [1])


def test_a_file_without_parallel_ids_is_refused_in_one_sentence(data: Path):
    parallel_table().drop(columns="parallel_id").to_parquet(data / "parallel.parquet")
    load_task(TASK, data)
    with pytest.raises(MissingColumn, match=r"no column 'parallel_id', which says what translates what\.$"):
        load_task(TASK, data, translate=True)


def test_the_embeddings_of_a_task_cover_the_translations(data: Path, task_data: TaskData):
    texts = parallel_table().text.tolist()
    store = EmbeddingStore(data / "embeddings", "some")
    store.append([text_key(text) for text in texts], np.arange(len(texts) * 2, dtype=np.float32).reshape(-1, 2))
    assert task_embeddings(task_data, store)[:, 0].tolist() == (2 * task_data.rows).tolist()


def test_translations_have_no_influence_on_how_other_rows_are_prepared(data: Path, task_data: TaskData):
    plain = load_task(TASK, data)
    for name in ("plain", "centre,smooth"):
        with_them = prepared_rows(task_data, vectors_of(task_data), name)
        without = prepared_rows(plain, vectors_of(plain), name)
        np.testing.assert_array_equal(with_them[: len(plain.rows)], without)


# what a model learns from


@pytest.mark.parametrize("strategy", ["lamm", "lc", "per-language"])
def test_rows_that_check_or_measure_are_never_learnt_from(task_data: TaskData, watch: Watch, strategy: str):
    fits, _ = watch(strategy=strategy, translation_weight=0.5)
    learnt = {row for fit in fits for row in fit.rows}
    assert not learnt & {*task_data.check.tolist(), *task_data.test.tolist()}
    assert learnt & set(translations_of(task_data).extra.tolist())


def test_a_label_counts_1_and_each_of_its_translations_once_the_weight(task_data: TaskData, watch: Watch):
    fits, (result,) = watch(translation_weight=0.25)
    found = translations_of(task_data)
    pairs = list(zip(found.originals.tolist(), found.rows.tolist(), strict=True))
    assert len(fits) == len(result.labels)
    for fit, labels in zip(fits, result.labels, strict=True):
        labelled = fit.rows[:labels]
        assert set(labelled) <= set(task_data.pool.tolist())
        expected = dict.fromkeys((row for item, row in pairs if item in labelled), 0.25) | dict.fromkeys(labelled, 1.0)
        assert fit.weight_of() == expected


def test_a_translation_that_has_been_labelled_counts_as_a_label_and_no_more_as_a_translation(
    task_data: TaskData, watch: Watch
):
    fits, (result,) = watch(translation_weight=0.5)
    translated_at_first = set(fits[0].rows[result.labels[0] :])
    promoted = translated_at_first & set(fits[-1].rows[: result.labels[-1]])
    assert promoted  # it has happened in this replay
    assert {fits[0].weight_of()[row] for row in promoted} == {0.5}
    assert {fits[-1].weight_of()[row] for row in promoted} == {1.0}


def test_a_translation_has_the_class_of_its_label(task_data: TaskData, watch: Watch):
    classes = task_data.classes.copy()
    classes[translations_of(task_data).extra] = "net"  # which nobody has said of most of them
    fits, _ = watch(dataclasses.replace(task_data, classes=classes), translation_weight=0.5)
    for fit in fits:
        assert [CLASSES[code] for code in fit.classes] == task_data.classes[fit.rows].tolist()


def test_of_separate_models_each_learns_from_the_translations_into_its_own_language(task_data: TaskData, watch: Watch):
    fits, (result,) = watch(strategy="per-language", labels=12, translation_weight=0.5)
    assert len(fits) == len(LANGUAGES)
    for fit, language in zip(fits, LANGUAGES, strict=True):
        assert set(task_data.languages[fit.rows].tolist()) == {language}
        labels = int(result.label_counts[0][LANGUAGES.index(language)])
        assert fit.weights == [1.0] * labels + [0.5] * (len(fit.rows) - labels)
    # With all three languages of every labelled meaning, no language has fewer rows than another.
    assert len({len(fit.rows) for fit in fits}) == 1


def test_translations_are_no_labels(task_data: TaskData, watch: Watch):
    _, (result,) = watch(labels=60, translation_weight=0.5)
    assert result.labels == (12, 26, 40, 54, 60)
    assert result.label_counts.sum() == len(task_data.pool) == 60
    assert result.label_counts[0].tolist() == [36, 18, 6]


def test_translations_are_not_used_unless_asked_for(data: Path, task_data: TaskData, watch: Watch):
    fits, (with_them,) = watch()
    plain_fits, (without,) = watch(load_task(TASK, data))
    assert fits == plain_fits
    assert {fit.weights for fit in fits} == {None}
    np.testing.assert_array_equal(with_them.curves, without.curves)
    _, (translated,) = watch(translation_weight=0.5)
    assert not np.array_equal(translated.curves, without.curves)
    assert (with_them.translated, without.translated, translated.translated) == (False, False, True)


def test_processes_give_what_one_process_gives(task_data: TaskData):
    alone, together = (
        run_backtest(task_data, vectors_of(task_data), ["lamm"], [0, 1], workers=workers, translation_weight=0.5)
        for workers in (1, 2)
    )
    np.testing.assert_array_equal(alone[0].curves, together[0].curves)


def test_a_kept_replay_without_translations_is_not_taken_for_one_with_them(task_data: TaskData, tmp_path: Path):
    kept = KeptReplays(tmp_path / "kept")
    curves = [
        run_backtest(task_data, vectors_of(task_data), ["lamm"], [0], workers=1, kept=kept, translation_weight=weight)
        for weight in (0.0, 0.5, 0.25, 0.5)
    ]
    assert kept.taken == 1
    np.testing.assert_array_equal(curves[1][0].curves, curves[3][0].curves)


@pytest.mark.parametrize("weight", [-0.1, 1.5, float("nan")])
def test_a_weight_outside_0_and_1_is_refused(task_data: TaskData, weight: float):
    with pytest.raises(InvalidInput, match="weight of a translation"):
        run_backtest(task_data, vectors_of(task_data), ["lamm"], [0], workers=1, translation_weight=weight)


def test_a_task_read_without_translations_cannot_be_run_with_them(data: Path):
    plain = load_task(TASK, data)
    with pytest.raises(InvalidInput, match="'parallel' was read without the translations"):
        run_backtest(plain, vectors_of(plain), ["lamm"], [0], workers=1, translation_weight=0.5)


@pytest.mark.parametrize("part", ["check", "test"])
def test_translations_that_lead_out_of_the_pool_are_refused(task_data: TaskData, part: str):
    found = translations_of(task_data)
    rows = found.rows.copy()
    rows[0] = getattr(task_data, part)[0]
    leaking = dataclasses.replace(task_data, translations=dataclasses.replace(found, rows=rows))
    with pytest.raises(InvalidInput, match="outside its pool"):
        run_backtest(leaking, vectors_of(leaking), ["lamm"], [0], workers=1, translation_weight=0.5)


# what is told


def test_results_say_that_translations_were_used(task_data: TaskData, watch: Watch):
    _, (plain,) = watch()
    _, (translated,) = watch(translation_weight=0.5)
    assert row_names([plain, translated]) == ["lamm", "lamm, translated"]
    assert [as_record(each)["translated"] for each in (plain, translated)] == [False, True]
    assert table_one([plain, translated])["translated"].tolist() == ["no", "yes"]
    assert facts([translated])["Translations"] == "used"
    assert facts([plain])["Translations"] == "not used"


def test_the_label_cut_compares_like_with_like(watch: Watch):
    _, (lamm,) = watch(translation_weight=0.5)
    _, (lc,) = watch(strategy="lc", translation_weight=0.5)
    plain = dataclasses.replace(lc, translated=False)
    assert hrl_label_cut(lamm, [lamm, plain]) is None
    assert hrl_label_cut(lamm, [lamm, plain, lc]) is not None


def benchmark(tmp_path: Path, *options: str) -> list[dict[str, object]]:
    file = tmp_path / "out.json"
    arguments = ["--home", tmp_path / "home", "benchmark", "parallel", "--data", tmp_path, "--seeds", "1"]
    arguments += ["--strategies", "lamm", "--workers", "1", "--encoder", "some", "--json-file", file, *options]
    done = CliRunner().invoke(app, [str(each) for each in arguments])
    assert done.exit_code == 0, done.output
    return json.loads(file.read_text("utf-8"))


def test_the_command_line_translates_where_it_is_told_to(data: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(TASKS, "parallel", TASK)
    texts = parallel_table().text.tolist()
    vectors = np.random.default_rng(0).normal(size=(len(texts), 6)).astype(np.float32)
    EmbeddingStore(data / "home" / "embeddings", "some").append([text_key(text) for text in texts], vectors)
    (plain,) = benchmark(data)
    (translated,) = benchmark(data, "--translate")
    assert (plain["translated"], translated["translated"]) == (False, True)
    assert plain["accuracy"] != translated["accuracy"]
    assert plain["labels"] == translated["labels"]


def test_the_command_line_says_why_a_task_cannot_be_translated(tmp_path: Path):
    done = CliRunner().invoke(app, ["--home", str(tmp_path), "benchmark", "sample", "--translate"])
    assert done.exit_code == ExitCode.BAD_FILE
    assert "parallel_id" in done.output
