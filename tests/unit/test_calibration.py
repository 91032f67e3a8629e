"""The calibration benchmark measures what it says, on a small pool whose truth is known."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from calibrating.false_met import Watched, false_rate, watch_run
from calibrating.forecasts import answers, cases, score
from calibrating.intervals import Drawn, coverage, draw_intervals
from calibrating.runs import Run, read_or_make_run
from lamm_core.experiments.replay import Arena, Part
from lamm_core.experiments.tasks import BenchmarkTask, TaskData

LANGUAGES = ("de", "en")
CLASSES, DIMENSION = 3, 8


def part(rng: np.random.Generator, size: int) -> Part:
    centres = np.random.default_rng(0).normal(size=(CLASSES, DIMENSION))
    classes = rng.integers(0, CLASSES, size)
    vectors = centres[classes] + 1.5 * rng.normal(size=(size, DIMENSION))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Part(vectors.astype(np.float32), classes, rng.integers(0, len(LANGUAGES), size))


@pytest.fixture(scope="module")
def arena() -> Arena:
    rng = np.random.default_rng(1)
    pool, check, test = part(rng, 300), part(rng, 60), part(rng, 400)
    return Arena(LANGUAGES, np.arange(300), pool, check, test, trainable=pool)


@pytest.fixture(scope="module")
def task() -> TaskData:
    made = BenchmarkTask(
        name="tiny", file="", shares={"de": 0.5, "en": 0.5}, pool_size=None, target=0.7, labels=120, first=30, batch=15
    )
    nothing = np.empty(0, dtype=np.intp)
    names = np.empty(0, dtype=str)
    return TaskData(
        task=made, rows=nothing, texts=names, languages=names, classes=names, pool=nothing, check=nothing, test=nothing
    )


@pytest.fixture(scope="module")
def run(arena: Arena, task: TaskData, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return read_or_make_run(tmp_path_factory.mktemp("runs"), task, lambda: arena, "random", 0, "key")


def test_a_kept_replay_is_read_and_not_made_again(arena: Arena, task: TaskData, tmp_path: Path) -> None:
    made = read_or_make_run(tmp_path, task, lambda: arena, "random", 3, "key")
    read = read_or_make_run(tmp_path, task, lambda: pytest.fail("it was there"), "random", 3, "key")
    assert read.task == "tiny"
    assert read.languages == LANGUAGES
    np.testing.assert_array_equal(read.predicted, made.predicted)


def test_a_replay_tells_what_each_round_predicts_for_the_test_rows(run: Run, arena: Arena) -> None:
    assert run.labels.tolist() == [30, 45, 60, 75, 90, 105, 120]
    assert run.predicted.shape == (7, 400)
    assert len(set(run.labelled.tolist())) == 120
    for round_, code in np.ndindex(7, 2):
        rows = arena.test.language_codes == code
        right = run.predicted[round_, rows] == arena.test.classes[rows]
        assert run.test[round_, code] == pytest.approx(right.mean())
    assert (run.counts.sum(axis=1) == run.labels).all()


def test_intervals_hold_the_truth_and_get_narrower_with_more_check_items(run: Run, arena: Arena) -> None:
    found = list(draw_intervals(run, arena, [6], [30, 120], draws=15, seed=5))
    small, large = (coverage([each for each in found if each.checked == size]) for size in (30, 120))
    assert small.intervals == large.intervals == 30
    assert min(small.coverage, large.coverage) >= 0.8
    assert abs(large.bias) < 0.05
    width = {size: np.mean([each.high - each.low for each in found if each.checked == size]) for size in (30, 120)}
    assert width[120] < 0.7 * width[30]
    assert large.ratio <= 1


def test_coverage_counts_each_side() -> None:
    inside = Drawn("t", "de", 100, 50, truth=0.5, low=0.4, high=0.6, plain_low=0.3, plain_high=0.7, estimate=0.5)
    too_high = replace(inside, low=0.55, high=0.75, estimate=0.65)
    too_low = replace(inside, low=0.2, high=0.45, plain_low=0.2, plain_high=0.45, estimate=0.3)
    found = coverage([inside, too_high, too_low, inside])
    assert (found.coverage, found.too_high, found.plain_coverage) == (0.5, 0.25, 0.75)
    assert found.ratio == pytest.approx(0.5)
    assert found.bias == pytest.approx((0 + 0.15 - 0.2 + 0) / 4)


@pytest.mark.parametrize("judged", [True, False])
def test_a_watched_run_has_one_line_a_language(run: Run, arena: Arena, judged: bool) -> None:
    found = watch_run(run, arena, target=0.01, checked=80, looks=4, seed=1, judged=judged)
    assert [each.language for each in found] == list(LANGUAGES)
    assert {each.looks for each in found} == {4}
    assert not any(each.ever_false for each in found)  # everybody is over such a target
    assert all(2 < each.errors_at_last < 3.2 for each in found)


def test_looking_at_each_round_alone_is_wrong_more_often(run: Run, arena: Arena) -> None:
    found = [
        each
        for seed in range(150)
        for each in watch_run(run, arena, target=0.5, checked=60, looks=7, seed=seed, judged=False)
    ]
    proven, _ = false_rate(found, "hardest_false")
    naive, error = false_rate(found, "naive_hardest_false")
    assert proven <= 0.05
    assert proven < naive
    assert 0 < error < 0.05


def test_the_rate_of_false_calls_has_a_standard_error() -> None:
    watched = [Watched("t", "de", 10, 5, place < 1, False, False, False, 2.4) for place in range(4)]
    share, error = false_rate(watched, "ever_false")
    assert (share, error) == (0.25, pytest.approx(np.sqrt(0.25 * 0.75 / 4)))


def test_forecasts_are_asked_for_every_target_that_is_still_ahead() -> None:
    rounds = np.arange(100, 1050, 50)
    rising = 0.8 - 0.4 * (rounds / 100.0) ** -0.5
    accuracy = np.stack([rising, rising - 0.1], axis=1)
    counts = np.stack([rounds // 2, rounds // 2], axis=1)
    sizes = np.array([400, 400])
    made = Run(
        "made", LANGUAGES, rounds, counts, accuracy, accuracy, sizes, sizes, np.array([4000, 4000]), rounds, counts
    )
    asked = cases(made, "check set")
    assert {each.checkpoint for each in asked} == {300, 500, 700}
    assert all(each.target > each.estimate for each in asked)
    reached = [each for each in asked if each.outcome is not None]
    assert reached
    given = list(answers(made, "check set"))
    assert len(given) == len(asked)
    figures = score(given)
    assert figures.coverage > 0.8  # a smooth curve is no riddle
    assert figures.error < 0.3
