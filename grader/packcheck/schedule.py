"""Many gradings at once, the slow ones early, so that no core waits at the end for a submission that sleeps."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from grader.packs import Pack
from grader.report import Report
from grader.submission import Submission

# A grading that takes longer than this usually waits for a time limit: another one may use the processor meanwhile.
LONG_SECONDS = 1.5
# How many gradings may be under way for each job, the long ones included. The sandbox needs as many slots.
UNDER_WAY_PER_JOB = 3

Item = TypeVar("Item")
Done = TypeVar("Done")


class Grader(Protocol):
    """An engine, as far as pack checks use it."""

    def grade(self, pack: Pack, submission: Submission, seed: int | None = None) -> Report:
        """Grade one submission; callable from any thread."""


@dataclass(order=True)
class _Waiting(Generic[Item]):
    rank: float
    place: int
    item: Item = field(compare=False)


class Schedule(Generic[Item, Done]):
    """Runs `work` over items in threads. `add` may be called while results are read; a low rank comes first."""

    def __init__(self, work: Callable[[Item], Done], jobs: int) -> None:
        self._work, self._jobs = work, jobs
        self._waiting: list[_Waiting[Item]] = []
        self._began: dict[Future[Done], tuple[Item, float]] = {}
        self._places = 0

    def add(self, items: Iterable[Item], rank: float = 0.0) -> None:
        """Put items at the end of those with the same rank."""
        for item in items:
            heapq.heappush(self._waiting, _Waiting(rank, self._places, item))
            self._places += 1

    def results(self) -> Iterator[tuple[Item, Done, float]]:
        """(item, result, seconds) as they come, until nothing waits any more. An error of `work` is raised here."""
        pool = ThreadPoolExecutor(self._jobs * UNDER_WAY_PER_JOB, thread_name_prefix="packcheck")
        try:
            while self._waiting or self._began:
                self._fill(pool)
                ended, _ = wait(self._began, timeout=LONG_SECONDS / 5, return_when=FIRST_COMPLETED)
                for future in ended:
                    item, began = self._began.pop(future)
                    yield item, future.result(), time.monotonic() - began
        finally:
            # Whoever stops early does not want to wait for gradings nobody will see.
            pool.shutdown(wait=False, cancel_futures=True)

    def _fill(self, pool: ThreadPoolExecutor) -> None:
        now = time.monotonic()
        busy = sum(now - began < LONG_SECONDS for _, began in self._began.values())
        most = self._jobs * UNDER_WAY_PER_JOB
        while self._waiting and busy < self._jobs and len(self._began) < most:
            item = heapq.heappop(self._waiting).item
            self._began[pool.submit(self._work, item)] = (item, now)
            busy += 1
