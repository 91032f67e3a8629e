"""The index of an embedding store: every key keeps its row, and growing by little steps stays cheap."""

import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from lamm_core.model.key_index import KeyIndex


def key(number: int) -> bytes:
    """A key of its own for each number; every third shares its first half with its neighbours."""
    half = hashlib.blake2b(bytes([number // 3]), digest_size=8).digest()
    return half + hashlib.blake2b(bytes([number]), digest_size=8).digest()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 9), max_size=20))
def test_every_key_keeps_its_row_however_the_index_grew(steps: list[int]):
    index = KeyIndex()
    keys = [key(number) for number in range(sum(steps))]
    for step in steps:
        index.add(b"".join(keys[len(index) : len(index) + step]))
    assert len(index) == len(keys)
    assert index.rows_of(keys).tolist() == list(range(len(keys)))
    assert index.rows_of([key(200), *keys[::-1], key(201)]).tolist() == [-1, *range(len(keys))[::-1], -1]


def test_a_thousand_steps_leave_few_runs_and_sort_each_key_few_times():
    index, sorted_keys = KeyIndex(), 0
    for number in range(1000):
        before = {id(run) for run in index._runs}
        index.add(hashlib.blake2b(number.to_bytes(2)).digest()[:16])
        sorted_keys += sum(len(run) for run in index._runs if id(run) not in before)
    assert len(index._runs) <= 10
    assert sorted_keys < 12 * 1000
