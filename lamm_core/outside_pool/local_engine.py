"""The engine of one machine: a process for each core."""

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from lamm_core.errors import InvalidInput, WorkersLost
from lamm_core.model.threads import one_thread
from lamm_core.outside_pool.engine import Engine, PartWork, Result
from lamm_core.outside_pool.files import Part
from lamm_core.words import translate as _

_work_of_this_process: PartWork[Any] | None = None


@dataclass(frozen=True)
class LocalEngine:
    """Works on parts in processes of this machine, each with one thread of BLAS.

    Processes are started afresh ("spawn"), so a script needs the usual `if __name__ == "__main__":`.

    Attributes:
        workers: number of processes; with 1, all is done in this one.
    """

    workers: int

    def map_parts(self, work: PartWork[Result], parts: Sequence[Part]) -> Iterator[Result]:
        """See `Engine.map_parts`."""
        count = min(self.workers, len(parts))
        return _here(work, parts) if count <= 1 else _in_processes(work, parts, count)


@contextmanager
def local_engine(address: str | None, workers: int | None) -> Iterator[Engine]:
    """The engine of this machine.

    Raises:
        InvalidInput: there is an address, which only clusters have.
    """
    if address is not None:
        raise InvalidInput(_("The engine 'local' has no address; {address!r} needs the engine 'ray'.", address=address))
    yield LocalEngine(workers or os.cpu_count() or 1)


def _here(work: PartWork[Result], parts: Sequence[Part]) -> Iterator[Result]:
    for part in parts:
        with one_thread():
            result = work(part)
        yield result


def _in_processes(work: PartWork[Result], parts: Sequence[Part], count: int) -> Iterator[Result]:
    context = get_context("spawn")
    theirs, ours = context.Pipe(duplex=False)
    executor = ProcessPoolExecutor(count, context, _begin, (work, theirs))
    try:
        futures = [executor.submit(_do, part) for part in parts]
        # The executor watches the processes that were there when it was last woken, which is before it starts one more:
        # without this call the death of the last one would stay unseen until some part is done.
        executor.submit(os.getpid)
        for future in as_completed(futures):
            yield future.result()
        executor.shutdown()
    except BrokenProcessPool as error:
        raise WorkersLost(
            _("A process that worked on a part was killed, perhaps for want of memory; what is done stays.")
        ) from error
    finally:
        # Also where nobody wants the rest: processes end at once, in the middle of their part.
        ours.close()
        executor.shutdown(cancel_futures=True)
        theirs.close()


def _begin(work: PartWork[Any], other_end: Connection) -> None:
    global _work_of_this_process
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever interrupts the command interrupts its main process
    threading.Thread(target=_end_with_the_pipe, args=(other_end,), name="end-with-the-pipe", daemon=True).start()
    _work_of_this_process = work


def _end_with_the_pipe(other_end: Connection) -> None:
    """End this process when the main one closes its end of the pipe, which it also does by being killed."""
    other_end.poll(None)
    os._exit(1)


def _do(part: Part) -> Any:
    if _work_of_this_process is None:
        raise RuntimeError("A process was given a part before its work.")
    with one_thread():
        return _work_of_this_process(part)
