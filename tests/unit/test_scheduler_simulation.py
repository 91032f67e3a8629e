"""The simulation of a cluster keeps to what is known of any schedule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler_simulation import Cluster, Parts, main, make_parts, simulate

_SECONDS = st.lists(st.floats(0.1, 100), min_size=1, max_size=30)


def bare(workers: int, **more: object) -> Cluster:
    return Cluster(workers, **{"startup": 0, "overhead": 0, "failures": 0, **more})


def parts(seconds: list[float]) -> Parts:
    return Parts(np.array(seconds), np.zeros(len(seconds)))


@given(_SECONDS, st.integers(1, 8), st.booleans())
def test_a_run_without_failures_lies_between_the_known_bounds(seconds: list[float], workers: int, again: bool) -> None:
    run = simulate(parts(seconds), bare(workers, speculative=again))
    even, longest = sum(seconds) / workers, max(seconds)
    assert max(even, longest) - 1e-6 <= run.makespan <= even + longest + 1e-6
    assert run.deaths == 0
    if workers == 1:
        assert run.makespan == pytest.approx(sum(seconds))
        assert run.efficiency == pytest.approx(1)


@given(_SECONDS, st.integers(1, 4), st.booleans(), st.integers(0, 99))
def test_all_parts_get_done_though_machines_die(seconds: list[float], workers: int, again: bool, seed: int) -> None:
    dying = bare(workers, failures=20, startup=5, speculative=again)
    run = simulate(parts(seconds), dying, seed)
    assert run.makespan >= max(sum(seconds) / workers, max(seconds))
    assert run == simulate(parts(seconds), dying, seed)


def test_start_overhead_bandwidth_and_deaths_cost_what_they_should() -> None:
    work = Parts(np.full(100, 10.0), np.full(100, 1e9))
    assert simulate(work, bare(10, startup=60)).makespan == pytest.approx(60 + 10 * (10 + 10))
    assert simulate(work, bare(10, overhead=1)).makespan == pytest.approx(10 * (1 + 10 + 10))
    assert simulate(work, bare(10, bandwidth=5e8)).makespan == pytest.approx(10 * (10 + 20))
    assert simulate(work, bare(10, failures=60), seed=1).deaths > 5
    straggler = Parts(np.array([1.0] * 40 + [500.0]), np.zeros(41))
    lost = [simulate(straggler, bare(4, failures=20, speculative=again), 3).makespan for again in (False, True)]
    assert lost[1] <= lost[0]


def test_the_table_has_a_row_for_each_case(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--texts", "1e6", "--workers", "2", "4", "--seeds", "1"])
    rows = capsys.readouterr().out.splitlines()[2:]
    assert len(rows) == 8
    assert float(rows[0].split("|")[4]) == pytest.approx(1e6 / 300 / 2 / 3600, rel=0.2)
    assert make_parts(1000, 100, 10, 5, 0.5).seconds.sum() == pytest.approx(100)
