"""Encode in several processes at once, for encoders that work on one thread.

The processes run our own module, started afresh: they load the encoder and nothing else, and no script that uses LAMM
needs an `if __name__ == "__main__":` for them.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import IO

import numpy as np

from lamm_core.errors import EncoderUnavailable
from lamm_core.model.embedding_store import Vectors
from lamm_core.words import translate as _

_MODULE = "lamm_core.model.encoding_process"
Encoded = tuple[Sequence[str], Vectors]
# A process has its next texts at once when it is done with the last, even where one before it takes long.
_AHEAD = 3
# Each process is one thread of work; more of BLAS would only wait for each other.
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")


def encode_in_processes(encoder: str, chunks: Iterable[Sequence[str]], workers: int) -> Generator[Encoded, None, None]:
    """Chunks of texts with their vectors, in order, each as soon as it and those before it are done.

    The processes end with the iterator; close it where it is not used up. They inherit the priority of this process.

    Args:
        encoder: name of the encoder; each process loads it.
        chunks: texts; they are read only some way ahead.
        workers: number of processes, at least 1.

    Yields:
        n texts, and their vectors `(n, dimension)` float32.

    Raises:
        EncoderUnavailable: see `encode_texts`; or a process was killed.
    """
    processes: list[_Process] = []
    free: SimpleQueue[_Process] = SimpleQueue()
    waiting: deque[tuple[Sequence[str], Future[Vectors]]] = deque()
    # A thread waits for each process.
    with ThreadPoolExecutor(workers, "encoding") as threads:
        try:
            for _worker in range(workers):
                processes.append(_Process(encoder))
                free.put(processes[-1])
            for chunk in chunks:
                waiting.append((chunk, threads.submit(_encode, free, chunk)))
                if len(waiting) > _AHEAD * workers:
                    yield _first(waiting)
            while waiting:
                yield _first(waiting)
        finally:
            # Also where nobody wants the rest: what is under way is given up.
            threads.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.end()


def _first(waiting: deque[tuple[Sequence[str], Future[Vectors]]]) -> Encoded:
    texts, future = waiting.popleft()
    return texts, future.result()


def _encode(free: "SimpleQueue[_Process]", texts: Sequence[str]) -> Vectors:
    process = free.get()
    try:
        return process.encode(texts)
    finally:
        free.put(process)


class _Process:
    """The other end of `encoding_process`."""

    def __init__(self, encoder: str) -> None:
        self._encoder = encoder
        # In a session of its own Ctrl-C does not reach it: whoever is interrupted ends it.
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", _MODULE, encoder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | _ONE_THREAD,
            start_new_session=True,
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Vectors of the texts.

        Raises:
            EncoderUnavailable: the process says so, or is gone.
        """
        requests, answers = self._pipes()
        # One that is gone may have said why before.
        with contextlib.suppress(BrokenPipeError):
            requests.write(json.dumps(list(texts)).encode() + b"\n")
            requests.flush()
        line = answers.readline()
        if not line.endswith(b"\n"):
            raise EncoderUnavailable(self._why_gone())
        head = json.loads(line)
        if "error" in head:
            raise EncoderUnavailable(head["error"])
        rows, dimension = head["shape"]
        numbers = answers.read(4 * rows * dimension)
        if len(numbers) < 4 * rows * dimension:
            raise EncoderUnavailable(self._why_gone())
        return np.frombuffer(numbers, dtype="<f4").reshape(rows, dimension)

    def end(self) -> None:
        """End the process, also in the middle of its work."""
        self._process.kill()
        self._process.wait()
        for pipe in self._pipes():
            # What it was not told any more is lost with it.
            with contextlib.suppress(BrokenPipeError):
                pipe.close()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None:
            raise RuntimeError("A process was started without its pipes.")
        return requests, answers

    def _why_gone(self) -> str:
        code = self._process.wait()
        return _(
            "A process of the encoder {name!r} ended ({reason}), perhaps for want of memory; what was embedded stays, "
            "and with fewer processes (LAMM_EMBEDDING_WORKERS) there is more memory for each.",
            name=self._encoder,
            reason=signal.Signals(-code).name if code < 0 else _("exit code {code}", code=code),
        )
