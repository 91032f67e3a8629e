"""The engine of many machines: Ray Data, whose actors load a model once and take part after part.

Actors of a machine that dies are started on another one, and what they were at is done again, as often as it takes:
that is Ray Data's default for actors (`max_restarts` and `max_task_retries` of -1), as long as nobody names others. So
a part may be worked on twice, which is what `PartWork` promises to bear.
"""

import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from lamm_core.errors import ClusterUnavailable, LammError, PackageMissing, WorkersLost
from lamm_core.model.threads import one_thread
from lamm_core.outside_pool.engine import Engine, PartWork, Result
from lamm_core.outside_pool.files import Part
from lamm_core.words import translate as _

_RESULT = "result"
_SECONDS_TO_ANSWER = 10
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}


class _Worker:
    """An actor of Ray Data: holds the work, and does it to the part that each row is."""

    def __init__(self, work: PartWork[Any]) -> None:
        self._work = work

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        # An error of the user's would be wrapped beyond recognition where it was raised.
        try:
            with one_thread():
                return {_RESULT: self._work(Part(**row))}
        except LammError as error:
            return {_RESULT: error}


@dataclass(frozen=True)
class RayEngine:
    """Works on parts in actors of the Ray cluster that this process is connected to.

    Attributes:
        workers: number of actors at most; None for as many as the cluster has room for.
    """

    workers: int | None = None

    def map_parts(self, work: PartWork[Result], parts: Sequence[Part]) -> Iterator[Result]:
        """See `Engine.map_parts`."""
        from ray.exceptions import RayError, RayTaskError

        if not parts:
            return
        try:
            for row in self._dataset(work, parts).iter_rows():
                if isinstance(row[_RESULT], LammError):
                    raise row[_RESULT]
                yield row[_RESULT]
        except RayTaskError:  # a fault of the program, which keeps its traceback
            raise
        except RayError as error:
            raise WorkersLost(
                _(
                    "The Ray cluster gave up ({reason}); what is done stays. All its machines need this version of "
                    "LAMM.",
                    reason=type(error).__name__,
                )
            ) from error

    def _dataset(self, work: PartWork[Any], parts: Sequence[Part]) -> Any:
        import ray
        from ray.data import ActorPoolStrategy

        resources: Any = ray.cluster_resources  # it has no types
        gpus = 1 if work.uses_gpu and resources().get("GPU", 0) >= 1 else 0
        room = int(resources().get("GPU" if gpus else "CPU", 1))
        first = max(1, min(room, len(parts), self.workers or room))
        worker: Any = _Worker  # Ray Data makes an actor of a class, and types know functions only
        # A block for each part, so that it is handed out, and done again, alone.
        return ray.data.from_items([asdict(part) for part in parts], override_num_blocks=len(parts)).map(
            worker,
            fn_constructor_args=(work,),
            # The least is 1: with fewer machines than at the start, the rest still goes on.
            compute=ActorPoolStrategy(min_size=1, initial_size=first, max_size=max(first, self.workers or len(parts))),
            num_cpus=1,
            num_gpus=gpus,
        )


@contextmanager
def ray_engine(address: str | None, workers: int | None) -> Iterator[Engine]:
    """Connect to a cluster, or start one on this machine, for a `with` block.

    A process that is connected already stays so, and that cluster serves.

    Args:
        address: such as `auto`, `host:6379` or `ray://host:10001`; None starts one on this machine.
        workers: number of actors at most; None for as many as the cluster has room for.

    Raises:
        PackageMissing: Ray is not installed.
        ClusterUnavailable: there is none at that address, or none can be started.
    """
    for name, value in _QUIET.items():  # Ray reads them when it is imported
        os.environ.setdefault(name, value)
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise PackageMissing(_("The engine 'ray' needs Ray; install it with: pip install 'lamm[ray]'")) from error
    with _own_sigterm(), _connection(address), ray.data.DataContext.current(_quiet()):
        yield RayEngine(workers)


@contextmanager
def _own_sigterm() -> Iterator[None]:
    """What this process does on SIGTERM is what it did before: Ray leaves its own way behind."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, before)


@contextmanager
def _connection(address: str | None) -> Iterator[None]:
    import ray

    if ray.is_initialized():
        yield
        return
    _connect(address)
    try:
        yield
    finally:
        ray.shutdown()


def _connect(address: str | None) -> None:
    import ray

    try:
        _call(address)
        ray.init(
            address=address or "local",
            include_dashboard=None if address else False,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except (OSError, RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        where = address or _("this machine")
        raise ClusterUnavailable(
            _("There is no Ray cluster at {address!r} ({reason}).", address=where, reason=reason)
        ) from error


def _call(address: str | None) -> None:
    """Raise OSError where nothing answers at `host:port`: Ray itself would try for minutes."""
    host, _colon, port = (address or "").removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), _SECONDS_TO_ANSWER).close()


def _quiet() -> Any:
    """Ray Data's settings, with nothing on the terminal, and no part that may be left out."""
    from ray.data import DataContext

    context = DataContext.get_current().copy()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.max_errored_blocks = 0
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)  # what goes wrong is raised
    return context
