"""Several processes encode: the same vectors, in order, and no process is left, however the work ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import support

from lamm_core.errors import EncoderUnavailable
from lamm_core.model import encoding_pool
from lamm_core.model.embedding import embed_missing
from lamm_core.model.embedding_store import EmbeddingStore, text_key
from lamm_core.model.encoders import DEFAULT_ENCODER, TEXTS_AT_ONCE

TESTS = Path(support.__file__).parent.parent
QUICK = "support.quick_encoding_process"


@pytest.fixture
def store(tmp_path: Path) -> EmbeddingStore:
    return EmbeddingStore(tmp_path, DEFAULT_ENCODER)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding_pool, "_MODULE", QUICK)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(TESTS), *sys.path]))


def encoding_processes() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if QUICK in child.cmdline()]


def some_texts(chunks: int, last: str = "end") -> list[str]:
    """Distinct texts that fill so many chunks, the last of them with a certain text."""
    return [*(f"{'x' * (n % 7)} text {n}" for n in range(TEXTS_AT_ONCE * (chunks - 1))), last]


def test_two_processes_give_the_same_numbers_as_this_one(tmp_path: Path, store: EmbeddingStore) -> None:
    texts = [f"{word} {n}" for n in range(100) for word in ("Der Zug kommt.", "電車が来る。", "\ud83d ok")]
    alone = EmbeddingStore(tmp_path / "alone", DEFAULT_ENCODER)
    assert embed_missing(alone, texts, workers=1) == embed_missing(store, texts, workers=2) == 300
    keys = [text_key(text) for text in texts]
    assert store.rows_of(keys).tolist() == list(range(300))
    np.testing.assert_array_equal(store.vectors(keys), alone.vectors(keys))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("last", "told"),
    [("die", r"'builtin:use-multilingual' ended \(SIGKILL\), perhaps for want of memory"), ("refuse", "I will not.")],
)
def test_a_process_that_is_killed_or_refuses_ends_the_work_in_a_sentence(
    store: EmbeddingStore, last: str, told: str
) -> None:
    texts, steps = some_texts(4, last), []
    with pytest.raises(EncoderUnavailable, match=told):
        embed_missing(store, texts, lambda done, total: steps.append((done, total)), workers=2)
    assert encoding_processes() == []
    assert steps == [(TEXTS_AT_ONCE * chunk, len(texts)) for chunk in range(4)]
    assert len(store) == len(texts) - 1
    assert store.vectors([text_key(texts[300])]).tolist() == [[len(texts[300]), ord(texts[300][0])]]


@pytest.mark.usefixtures("quick")
def test_an_interruption_ends_processes_in_the_middle_of_their_work(store: EmbeddingStore) -> None:
    def interrupt(done: int, _total: int) -> None:
        if done:
            assert len(encoding_processes()) == 2
            raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        embed_missing(store, some_texts(2, "sleep"), interrupt, workers=2)
    assert encoding_processes() == []
    assert len(store) == TEXTS_AT_ONCE
    assert time.monotonic() - started < 300, "it did not wait for the one that sleeps"


_KILLED = """
import os, signal, sys
from pathlib import Path
import psutil
from lamm_core.model import embedding, encoding_pool
from lamm_core.model.embedding_store import EmbeddingStore

def die(done, total):
    if done:
        print(*(child.pid for child in psutil.Process().children()), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

encoding_pool._MODULE = sys.argv[1]
texts = [*map(str, range(256)), "sleep"]
embedding.embed_missing(EmbeddingStore(Path(sys.argv[2]), "builtin:use-multilingual"), texts, die, workers=2)
"""


@pytest.mark.usefixtures("quick")
def test_no_process_outlives_one_that_is_killed(tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, QUICK, str(tmp_path)], stdout=subprocess.PIPE, text=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    pids = [int(pid) for pid in killed.stdout.split()]
    assert len(pids) == 2
    deadline = time.monotonic() + 60
    while any(_is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "a process still sleeps"
        time.sleep(0.05)


def _is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
