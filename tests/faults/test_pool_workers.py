"""Processes and machines that work on a pool die: nothing is lost, nothing is half, and nothing is done wrong."""

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from support.outside import model, rows_by_chance, write_part
from support.part_work import Named, SlowEmbedding

from lamm_core.errors import ClusterUnavailable, InvalidInput, MissingVectors, WorkersLost
from lamm_core.outside_pool.embedding import EmbedPart
from lamm_core.outside_pool.embedding_file import EmbeddingPlace
from lamm_core.outside_pool.engine import open_engine
from lamm_core.outside_pool.files import Part, PoolFiles
from lamm_core.outside_pool.scoring import ScorePart
from lamm_core.outside_pool.shortlist import merge


def parts(*names: str) -> list[Part]:
    return [Part(name, f"memory://{name}", 1, 1) for name in names]


# processes of this machine


def test_processes_hand_over_results_and_errors_and_end_with_the_first_error(tmp_path: Path) -> None:
    with open_engine(workers=2) as engine:
        results = engine.map_parts(Named(tmp_path), parts("a", "b", "c", "long", "bad"))
        done = [next(results) for _part in range(3)]
        assert sorted(name for name, _process in done) == ["a", "b", "c"]
        assert os.getpid() not in {process for _name, process in done}
        with pytest.raises(InvalidInput, match="The part is bad"):
            next(results)
    # One was in the middle of a part that takes a minute.
    assert not any(psutil.pid_exists(int(each.name)) for each in tmp_path.iterdir())


def test_a_killed_process_is_told_in_one_sentence(tmp_path: Path) -> None:
    with open_engine(workers=2) as engine, pytest.raises(WorkersLost, match="was killed, perhaps for want of memory"):
        list(engine.map_parts(Named(tmp_path), parts("killed", "long")))


# a cluster


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Two machines of one core each, on this one."""
    root = Path(__file__).parents[2]
    for name, value in {
        "PYTHONPATH": f"{root}{os.pathsep}{root / 'tests'}",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_BACKEND_LOG_LEVEL": "fatal",
    }.items():
        monkeypatch.setenv(name, value)
    from ray.cluster_utils import Cluster

    # Otherwise a dead machine is noticed after half a minute.
    quick = {"health_check_period_ms": 1000, "health_check_failure_threshold": 3, "health_check_timeout_ms": 3000}
    small = {"num_cpus": 1, "object_store_memory": 80 * 1024 * 1024}
    before = signal.getsignal(signal.SIGTERM)
    made = Cluster(True, head_node_args={**small, "include_dashboard": False, "_system_config": quick})
    made.add_node(**small)
    yield made
    made.shutdown()
    signal.signal(signal.SIGTERM, before)  # who starts machines of Ray here has theirs


def test_a_machine_that_dies_in_the_middle_changes_nothing(
    cluster: object, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    rows = rows_by_chance(600)
    for number in range(12):
        write_part(str(tmp_path / f"pool/{number:02d}.parquet"), rows[number::12])
    pool = PoolFiles.open(str(tmp_path / "pool"))
    here = EmbeddingPlace(str(tmp_path / "here"), "a/quick-one")
    there = EmbeddingPlace(str(tmp_path / "there"), "a/quick-one")
    begun = tmp_path / "begun"
    begun.mkdir()
    for part in pool.parts:
        SlowEmbedding(EmbedPart(pool.columns, here), begun, 0)(part)
    for each in begun.iterdir():
        each.unlink()

    on_sigterm = signal.getsignal(signal.SIGTERM)
    with open_engine("ray", cluster.address) as engine:
        done = []
        for each in engine.map_parts(SlowEmbedding(EmbedPart(pool.columns, there), begun, 0.5), pool.parts):
            done.append(each)
            if len(done) == 3:
                cluster.remove_node(next(iter(cluster.worker_nodes)), allow_graceful=False)
        times = Counter(each.name.rpartition("-")[0] for each in begun.iterdir())
        assert sorted(each.name for each in done) == [each.name for each in pool.parts]
        assert max(times.values()) > 1  # a part was in the dead machine's hands, and was begun anew
        # One whose file the dead machine had written, and nobody had heard of, is found there whole.
        assert {each.name for each in done if each.computed} <= set(times)
        assert _files(there) == _files(here)

        work = ScorePart(pool.columns, there, model(), 5)
        best, alone = merge(engine.map_parts(work, pool.parts)), merge(map(work, pool.parts))
        assert best.counts == alone.counts
        assert all(np.array_equal(getattr(best, name), getattr(alone, name)) for name in best.ROWS)
        elsewhere = ScorePart(pool.columns, EmbeddingPlace(there.url, "another"), model(), 5)
        with pytest.raises(MissingVectors, match="embed the pool first"):
            list(engine.map_parts(elsewhere, pool.parts))
    assert signal.getsignal(signal.SIGTERM) == on_sigterm


def _files(place: EmbeddingPlace) -> dict[str, bytes]:
    """Name to content of all that lies there."""
    found = (each for each in Path(place.url).rglob("*") if each.is_file())
    return {str(each.relative_to(place.url)): each.read_bytes() for each in found}


def test_a_cluster_that_is_not_there_is_told_in_one_sentence() -> None:
    with (
        pytest.raises(ClusterUnavailable, match=r"There is no Ray cluster at '127\.0\.0\.1:9' \(.*refused\)"),
        open_engine("ray", "127.0.0.1:9"),
    ):
        pass
