"""Targets that differ by language, all the way through a backtest and its files."""

import csv
import io
import json
import math

import numpy as np
import pytest

from lamm_core.errors import InvalidAccuracy, MissingTarget
from lamm_core.experiments import figures
from lamm_core.experiments.backtest import BacktestResult, run_backtest
from lamm_core.experiments.curves import curves_figure
from lamm_core.experiments.record import results_json
from lamm_core.experiments.shown_table import shown_tables
from lamm_core.experiments.table_one import to_csv
from lamm_core.experiments.targets import as_array, checked_target
from lamm_core.experiments.tasks import BenchmarkTask, TaskData

LANGUAGES = ("en", "de")
CURVE = np.array([[0.9, 0.5], [0.9, 0.6], [0.9, 0.7]])


def result(target: object) -> BacktestResult:
    return BacktestResult(
        task="own",
        strategy="lamm",
        uncertainty="entropy",
        preparation="plain",
        encoder="some",
        target=target,  # type: ignore[arg-type]
        seeds=(0, 1),
        languages=LANGUAGES,
        labels=(20, 30, 40),
        curves=np.stack([CURVE, CURVE]),
        label_counts=np.array([[20, 20], [20, 20]]),
        pool_share={"en": 0.5, "de": 0.5},
        seconds=1.0,
    )


def test_each_language_is_held_to_its_own_target() -> None:
    curves = CURVE[None]
    assert figures.ltt(curves, [20, 30, 40], np.array([0.9, 0.55])) == 30
    assert figures.ltt(curves, [20, 30, 40], np.array([0.55, 0.9])) == math.inf
    # Gaps: de 0.2, 0.1, 0 to its 0.7; en none.
    assert figures.deficit(curves, np.array([0.9, 0.7])) == pytest.approx(100 * 0.3 / 3)


def test_a_result_with_a_mapping_gives_the_figures_of_its_targets() -> None:
    found = result({"en": 0.9, "de": 0.55})
    assert found.ltt == 30
    assert result(0.55).ltt == 30
    assert result(0.9).ltt == math.inf


def test_equal_targets_become_one_number_and_others_are_left_away() -> None:
    assert checked_target({"en": 0.8, "de": 0.8, "ja": 0.1}, LANGUAGES) == 0.8
    assert checked_target({"en": 0.8, "de": 0.7, "ja": 0.1}, LANGUAGES) == {"en": 0.8, "de": 0.7}
    assert as_array({"de": 0.7, "en": 0.8}, LANGUAGES).tolist() == [0.8, 0.7]


@pytest.mark.parametrize(
    ("target", "error"),
    [({"en": 0.8}, MissingTarget), ({"en": 0.8, "de": 1.2}, InvalidAccuracy), (-0.1, InvalidAccuracy)],
)
def test_targets_that_cannot_be_used_are_refused(target: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        checked_target(target, LANGUAGES)  # type: ignore[arg-type]


def test_files_and_tables_say_every_target() -> None:
    found = result({"en": 0.9, "de": 0.55})
    (record,) = json.loads(results_json([found]))
    assert record["target"] == {"en": 0.9, "de": 0.55}
    assert json.loads(results_json([result(0.9)]))[0]["target"] == 0.9
    (row,) = csv.DictReader(io.StringIO(to_csv([found])))
    assert row["target"] == "en=0.9 de=0.55"
    assert "targets 0.55 to 0.90" in shown_tables([found])[0].title
    levels = {tuple(trace.y) for trace in curves_figure([found]).data if trace.name == "targets 0.55 to 0.90"}
    assert levels == {(0.9, 0.9), (0.55, 0.55)}


def test_a_strategy_sees_the_target_of_each_language() -> None:
    """With all of the gap in one language, LAMM spends every label after the first there."""
    rng = np.random.default_rng(0)
    n = 240
    classes = rng.choice(["a", "b"], n)
    languages = np.array(["en", "de"] * (n // 2))
    positions = np.arange(n)
    task = BenchmarkTask("own", "", {"en": 0.5, "de": 0.5}, None, 0.9, labels=50, first=20, batch=10)
    data = TaskData(
        task, np.array([str(i) for i in range(n)], dtype=object), classes, languages, positions,
        positions[:120], positions[120:], positions[120:],
    )  # fmt: skip
    vectors = rng.normal(size=(n, 6)).astype(np.float32)
    for name in LANGUAGES:
        target = dict.fromkeys(LANGUAGES, 0.0) | {name: 1.0}
        (found,) = run_backtest(data, vectors, ["lamm"], [0], target=target, workers=1)
        drawn = np.random.default_rng(0).choice(120, 20, replace=False)
        first = int((languages[drawn] == name).sum())
        assert found.label_counts[0][LANGUAGES.index(name)] == first + 30
        assert found.target == target
