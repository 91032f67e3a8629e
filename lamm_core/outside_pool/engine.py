"""Engines: what carries work to the parts of a pool."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from lamm_core.errors import InvalidInput
from lamm_core.outside_pool.files import Part
from lamm_core.words import translate as _

Result_co = TypeVar("Result_co", covariant=True)
Result = TypeVar("Result")


class PartWork(Protocol[Result_co]):
    """What is done to one part: a frozen dataclass that is called with it, and travels to every worker once.

    It may be done twice to the same part, after the death of a worker or beside one that nobody hears of any more: then
    both times give the same, and leave the same behind.
    """

    @property
    def uses_gpu(self) -> bool:
        """Whether a GPU would be used where there is one."""
        ...

    def __call__(self, part: Part) -> Result_co:
        """Do it; an error that a user can meet is a LammError."""
        ...


class Engine(Protocol):
    """Carries work to parts."""

    def map_parts(self, work: PartWork[Result], parts: Sequence[Part]) -> Iterator[Result]:
        """What the work gives for each part, as it comes: in any order, once for each part.

        Raises:
            LammError: the first that the work met with a part; parts that have not begun are dropped.
            WorkersLost: workers died too often.
        """
        ...


# Name to what opens the engine with (address of a cluster or None, number of workers or None for all there are).
OpenEngine = Callable[[str | None, int | None], AbstractContextManager[Engine]]


def _local(address: str | None, workers: int | None) -> AbstractContextManager[Engine]:
    from lamm_core.outside_pool.local_engine import local_engine

    return local_engine(address, workers)


def _ray(address: str | None, workers: int | None) -> AbstractContextManager[Engine]:
    from lamm_core.outside_pool.ray_engine import ray_engine

    return ray_engine(address, workers)


ENGINES: dict[str, OpenEngine] = {"local": _local, "ray": _ray}


def open_engine(
    name: str = "local", address: str | None = None, workers: int | None = None
) -> AbstractContextManager[Engine]:
    """An engine by name, for a `with` block.

    Args:
        name: `local`, the processes of this machine; `ray`, a Ray cluster.
        address: of the cluster, such as `auto` or `ray://host:10001`; None starts one on this machine.
        workers: how many parts are worked on at a time at most, at least 1; None for as many as there are cores.

    Raises:
        InvalidInput: there is no such engine, the number of workers is below 1, or `local` was given an address.
        PackageMissing: Ray is not installed.
        StorageUnavailable: the cluster does not answer.
    """
    if name not in ENGINES:
        raise InvalidInput(
            _("Unknown engine {name!r}; choose one of: {known}.", name=name, known=", ".join(sorted(ENGINES)))
        )
    if workers is not None and workers < 1:
        raise InvalidInput(_("The number of workers is {workers}; it must be at least 1.", workers=workers))
    return ENGINES[name](address, workers)
