"""How long a cluster takes for a pool, and what it costs: a simulation of the scheduler of `lamm embed --engine ray`.

    python benchmarks/scheduler_simulation.py --texts 100e6 --workers 10 100 1000

A worker starts, reads a part from the object store, works on it, writes the result, and takes the next part that nobody
has begun. Machines die at random; the part that one was at goes back to the front of the line, and a new machine takes
its place. Reading and writing share one bandwidth: no worker gets more than its part of it, reckoned with all of them
at work. Prices are assumptions; put in your own.
"""

import argparse
import heapq
import itertools
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

_HOUR = 3600.0


@dataclass(frozen=True)
class Cluster:
    """Machines and store.

    Attributes:
        workers: parts that are worked on at a time.
        startup: seconds until a worker takes its first part: machine, packages, model.
        overhead: seconds that handing out a part costs.
        bandwidth: bytes a second of the object store, for all workers together.
        worker_bandwidth: bytes a second of one worker at most.
        failures: deaths of a worker in an hour.
        speculative: at the end of the line, idle workers begin parts again that others are at; the first one counts.
    """

    workers: int
    startup: float = 120.0
    overhead: float = 0.05
    bandwidth: float = 5e9
    worker_bandwidth: float = 100e6
    failures: float = 0.01
    speculative: bool = False


@dataclass(frozen=True, eq=False)
class Parts:
    """The work.

    Attributes:
        seconds: `(n,)` what a worker computes for each part.
        size: `(n,)` bytes that it reads and writes for each.
    """

    seconds: NDArray[np.float64]
    size: NDArray[np.float64]


@dataclass(frozen=True)
class Run:
    """What came of it.

    Attributes:
        makespan: seconds from the start of the first machine to the end of the last part.
        paid: seconds of all workers together, from the start to the end.
        useful: seconds that parts would take one after another, without anything else.
        deaths: workers that died.
    """

    makespan: float
    paid: float
    useful: float
    deaths: int

    @property
    def efficiency(self) -> float:
        """Share of what is paid that is useful."""
        return self.useful / self.paid if self.paid else 1.0


def simulate(parts: Parts, cluster: Cluster, seed: int = 0) -> Run:
    """Run the parts, in their order, on the cluster; the same seed lets the same machines die."""
    return _Simulation(parts, cluster, np.random.default_rng(seed)).run()


class _Simulation:
    def __init__(self, parts: Parts, cluster: Cluster, rng: np.random.Generator) -> None:
        self._cluster, self._rng = cluster, rng
        each = min(cluster.worker_bandwidth, cluster.bandwidth / cluster.workers)
        self._length = cluster.overhead + parts.seconds + parts.size / each
        self._useful = float(parts.seconds.sum())
        self._waiting = deque(range(len(self._length)))
        self._left = len(self._length)
        self._at_it = np.zeros(len(self._length), dtype=np.intp)
        self._begun: deque[int] = deque()
        self._done = np.zeros(len(self._length), dtype=bool)
        self._idle: list[int] = []
        self._dies_at = [cluster.startup + self._life() for _worker in range(cluster.workers)]
        # (when, worker, its part or -1 for none, whether it dies then)
        self._events = [(cluster.startup, worker, -1, False) for worker in range(cluster.workers)]
        self._deaths = 0

    def run(self) -> Run:
        now = 0.0
        while self._left:
            now, worker, part, dies = heapq.heappop(self._events)
            if part >= 0:
                self._at_it[part] -= 1
            if dies:
                self._bury(now, worker, part)
            else:
                if part >= 0 and not self._done[part]:
                    self._done[part] = True
                    self._left -= 1
                self._hand_out(now, worker)
        return Run(now, now * self._cluster.workers, self._useful, self._deaths)

    def _life(self) -> float:
        """Seconds that a worker lives."""
        rate = self._cluster.failures
        return float(self._rng.exponential(_HOUR / rate)) if rate else float("inf")

    def _bury(self, now: float, worker: int, part: int) -> None:
        self._deaths += 1
        begins = now + self._cluster.startup
        self._dies_at[worker] = begins + self._life()
        heapq.heappush(self._events, (begins, worker, -1, False))
        if not self._done[part] and not self._at_it[part]:
            self._waiting.appendleft(part)
            if self._idle:
                self._hand_out(now, self._idle.pop())

    def _hand_out(self, now: float, worker: int) -> None:
        part = self._waiting.popleft() if self._waiting else self._again()
        if part is None:
            self._idle.append(worker)
            return
        self._at_it[part] += 1
        self._begun.append(part)
        end = now + float(self._length[part])
        # An idle worker that would have died meanwhile has been replaced by another one.
        while self._dies_at[worker] <= now:
            self._dies_at[worker] += self._life()
        dies = self._dies_at[worker] < end
        heapq.heappush(self._events, (self._dies_at[worker] if dies else end, worker, part, dies))

    def _again(self) -> int | None:
        """The part that one worker alone has been at for longest, where idle workers begin such parts again."""
        while self._cluster.speculative and self._begun:
            part = self._begun.popleft()
            if not self._done[part] and self._at_it[part] == 1:
                return part
        return None


def make_parts(texts: int, of_part: int, per_second: float, bytes_each: float, spread: float, seed: int = 0) -> Parts:
    """Parts of unequal length.

    Args:
        texts: in the pool.
        of_part: texts of a part, on average.
        per_second: texts that a worker does in a second.
        bytes_each: bytes that are read and written for a text.
        spread: standard deviation of the logarithm of a part's texts; 0 for parts that are alike.
        seed: of their lengths.
    """
    count = math.ceil(texts / of_part)
    share = np.random.default_rng(seed).lognormal(0.0, spread, count)
    each = texts * share / share.sum()
    return Parts(each / per_second, each * bytes_each)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--texts", type=float, default=100e6)
    parser.add_argument("--texts-of-part", type=float, default=50_000)
    parser.add_argument("--texts-per-second", type=float, default=300, help="of one worker")
    parser.add_argument("--bytes-per-text", type=float, default=1_400, help="read and written")
    parser.add_argument("--spread", type=float, default=0.5)
    parser.add_argument("--workers", type=int, nargs="+", default=[10, 100, 1_000])
    parser.add_argument("--startup", type=float, default=120)
    parser.add_argument("--overhead", type=float, default=0.05)
    parser.add_argument("--bandwidth", type=float, default=5e9)
    parser.add_argument("--failures", type=float, nargs="+", default=[0, 0.05], help="deaths of a worker in an hour")
    parser.add_argument("--price", type=float, default=0.05, help="of a worker for an hour")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args(arguments)
    work = (int(given.texts), int(given.texts_of_part), given.texts_per_second, given.bytes_per_text, given.spread)
    print("| workers | deaths/hour | again at the end | hours | efficiency | worker-hours | cost |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for workers, failures, again in itertools.product(given.workers, given.failures, (False, True)):
        cluster = Cluster(workers, given.startup, given.overhead, given.bandwidth, failures=failures, speculative=again)
        runs = [simulate(make_parts(*work, seed), cluster, seed) for seed in range(given.seeds)]
        hours, paid = (median(getattr(run, name) for run in runs) / _HOUR for name in ("makespan", "paid"))
        print(
            f"| {workers:,} | {failures:g} | {'yes' if again else 'no'} | {hours:.2f} | "
            f"{median(run.efficiency for run in runs):.1%} | {paid:,.0f} | {paid * given.price:,.2f} |"
        )


if __name__ == "__main__":
    main()
