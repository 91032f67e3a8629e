"""The scale benchmark measures what it says: memory wherever it is taken, and the batch that LAMM chooses."""

from pathlib import Path

import numpy as np
import pytest

from lamm_core.model.vector_blocks import VectorFile
from scaling import made
from scaling.choosing import choice_cost
from scaling.contenders import CONTENDERS, LAMM, Contender
from scaling.costs import Cost, measured
from scaling.made import DIMENSION, MadePool
from scaling.page_cache import read_through, resident_share
from scaling.reading import agreement
from scaling.report import Target, rows_of

MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> MadePool:
    small = MadePool(tmp_path_factory.mktemp("scale"), 3_000, seed=5)
    small.write_half()
    return small


def test_memory_counts_though_it_is_given_back_and_what_was_there_before_does_not() -> None:
    before = np.ones(64 * MEGABYTE, dtype=np.uint8)
    result, cost = measured(lambda: int(np.ones(48 * MEGABYTE, dtype=np.uint8).sum()) + int(before[0]))
    assert result == 48 * MEGABYTE + 1
    assert 46 < cost.megabytes < 60
    assert cost.seconds > 0


def test_a_pool_is_the_beginning_of_a_larger_one(
    pool: MadePool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made, "_BLOCK", 500)
    larger, smaller = MadePool(tmp_path, 1_200, seed=5), MadePool(tmp_path, 1_000, seed=5)
    larger.write()
    smaller.write()
    assert np.array_equal(larger.vectors()[:1_000], smaller.vectors())
    assert np.allclose(np.linalg.norm(pool.vectors(), axis=1), 1, atol=1e-5)
    assert len(set(pool.labelled()[1])) == 13


def test_the_batch_is_held_against_the_one_by_probabilities(pool: MadePool, monkeypatch: pytest.MonkeyPatch) -> None:
    assert choice_cost(LAMM, pool, "entropy").agreement == 1
    idle = Contender(LAMM, "lamm_core", lambda *_: lambda: np.arange(100), {"margin": "margin"})
    monkeypatch.setitem(CONTENDERS, LAMM, idle)
    assert choice_cost(LAMM, pool, "margin").agreement < 0.5


def test_half_precision_is_compared_with_single_precision(pool: MadePool) -> None:
    found = agreement(pool, budgets=(50,), models=1)
    assert found.rows == 1 - 2 * (1 - found.picks) * 50 / pool.rows
    assert found.picks > 0.9
    np.zeros((pool.rows, DIMENSION), dtype="<f2").tofile(pool.half_path)
    assert agreement(pool, budgets=(50,), models=1).picks < 0.9
    assert len(VectorFile(pool.half_path, pool.rows, DIMENSION, "<f2")) == pool.rows


def test_a_file_that_was_just_read_is_in_memory(pool: MadePool) -> None:
    assert read_through(pool.path) == pool.rows * DIMENSION * 4
    assert resident_share(pool.path) == 1


def test_ratios_are_those_of_medians_and_bounds_belong_to_what_is_met() -> None:
    costs = {LAMM: [Cost(9, each, 0) for each in (1.0, 2.0, 30.0)], "other": [Cost(9, 5.0, 1)]}
    assert [row.ratio for row in rows_of("select", costs, LAMM)] == [1, 2.5]
    assert Target.at_least("", 2.5, 2.5).met
    assert not Target.at_least("", 2.5, 2.4).met
    assert Target.at_most("", 16, 16).met
    assert not Target.at_most("", 16, 16.1).met
