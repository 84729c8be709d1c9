"""How fast pages are: while many others are open and follow their submissions, and among very many rows."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Sequence
from itertools import cycle, islice
from typing import Self

from submissions import intake
from submissions.bench.board import Board, percentile
from submissions.bench.browser import Browser, Events
from submissions.bench.people import PACKS, Classroom, Student, classroom
from submissions.bench.processor import WEB, seconds_used
from submissions.bench.rows import wait_until_graded
from submissions.bench.running import RunningService
from submissions.service import Service
from submissions.store import seeding

OPEN_PAGES = 100
ROUNDS = 25
GRADED_SECONDS = 60.0
SHARE_SECONDS = 5.0
LOOK_SECONDS = 1.0
# As the page's own script does it.
QUIET_SECONDS, POLL_SECONDS, SLOWER, SLOWEST_SECONDS = 20.0, 2.0, 1.3, 15.0

ROWS, OWNERS = 100_000, 400
# A report with curves is ten times as large as the others; a tenth of its share keeps the file within a gigabyte.
LARGE, LARGE_SHARE = "plot-sin", 0.1


def live(running: RunningService, board: Board, pages: int = OPEN_PAGES, rounds: int = ROUNDS) -> None:
    """The median page time with and without many open live pages, in turn."""
    service = running.service
    room = classroom(service, "live", PACKS, pages + 1)
    reader, *others = room.students
    addresses = _addresses(service, room, reader)
    held = _hold(service, reader, others)
    browser = reader.browser(service)
    _times(browser, addresses, 2)
    without: list[float] = []
    among: list[float] = []
    shares: list[float] = []
    for turn in range(2):
        board.tell("bench.step_live", count=pages, turn=turn + 1)
        without += _times(browser, addresses, rounds)
        with OpenPages(service, others, held) as opened:
            among += _times(browser, addresses, rounds)
            shares.append(_share(running))
    without += _times(browser, addresses, rounds)
    browser.close()
    ratio = statistics.median(among) / statistics.median(without)
    board.add("bench.live_ratio", [ratio], "x", "<= 1.1", len(among), count=pages)
    board.add("bench.live", among, "ms", count=pages)
    board.add("bench.live_without", without, "ms")
    board.add("bench.live_share", shares, "%", count=pages)
    board.add("bench.live_streams", [opened.streams], "", None, pages, count=pages)


def rows(running: RunningService, board: Board, total: int = ROWS, rounds: int = ROUNDS) -> None:
    """The same pages with a handful of submissions in the database and with very many."""
    service = running.service
    room = classroom(service, "rows", PACKS, OWNERS + 1)
    reader, *owners = room.students
    addresses = _addresses(service, room, reader)
    browser = reader.browser(service)
    _times(browser, addresses, 2)
    board.tell("bench.step_pages")
    few = _times(browser, addresses, rounds)
    board.tell("bench.step_rows", count=total)
    made = seeding.copy_submissions(
        service.db, _templates(service, room, reader, total), [one.user.id for one in owners]
    )
    owner = owners[len(owners) // 2]
    many = _with_own_submissions(service, room, owner)
    theirs = owner.browser(service)
    _times(theirs, many, 2)
    board.tell("bench.step_pages")
    used = seconds_used(running.pid, WEB)
    by_page = {page: _times(theirs, [page], rounds) for page in many}
    used = seconds_used(running.pid, WEB) - used
    after = [ms for times in by_page.values() for ms in times]
    theirs.close()
    browser.close()
    slowest = max(by_page.values(), key=statistics.median)
    board.add("bench.rows_ratio", [statistics.median(after) / statistics.median(few)], "x", None, count=made)
    board.add("bench.rows_slowest", slowest, "ms", "<= 100", count=made)
    board.add("bench.rows_late", [percentile(after, 0.95)], "ms", None, len(after), count=made)
    board.add("bench.rows", after, "ms", count=made)
    board.add("bench.rows_few", few, "ms")
    board.add("bench.rows_processor", [1000 * used / len(after)], "ms", None, len(after), count=made)


def _share(running: RunningService) -> float:
    """How much of one processor the web part takes while nobody asks but the open pages, in percent."""
    used = seconds_used(running.pid, WEB)
    time.sleep(SHARE_SECONDS)
    return 100 * (seconds_used(running.pid, WEB) - used) / SHARE_SECONDS


def _times(browser: Browser, addresses: Sequence[str], rounds: int) -> list[float]:
    """Milliseconds of each page, `rounds` times over."""
    return [browser.get(address).ms for address in islice(cycle(addresses), rounds * len(addresses))]


def _addresses(service: Service, room: Classroom, reader: Student) -> list[str]:
    """The pages of a student who has a right answer to every exercise, graded by now."""
    made = []
    for exercise in room.exercises:
        content = exercise.solution.encode()
        made.append(intake.submit(service, reader.user, exercise.assignment, content, "solution.py"))
    wait_until_graded(service.db, room.course.id, GRADED_SECONDS)
    results = [f"/submissions/{submission.public_id}" for submission in made]
    return ["/", f"/courses/{room.course.slug}", room.exercises[0].path, *results[:2]]


def _hold(service: Service, reader: Student, others: Sequence[Student]) -> list[str]:
    """A submission for each of `others` that runs, and goes on running."""
    template = seeding.newest_graded(service.db, reader.user.id)[0]
    users = [one.user.id for one in others]
    seeding.copy_submissions(service.db, [(template.id, 1)], users)
    return seeding.keep_running(service.db, users)


def _templates(service: Service, room: Classroom, reader: Student, total: int) -> list[tuple[int, int]]:
    """What to copy how often for each owner, so that it comes to `total`."""
    of_pack = {exercise.assignment.id: exercise.pack.id for exercise in room.exercises}
    found = seeding.newest_graded(service.db, reader.user.id)
    shares = {one.id: LARGE_SHARE if of_pack[one.assignment_id] == LARGE else 1.0 for one in found}
    each = total / OWNERS / sum(shares.values())
    return [(one, max(1, round(each * share))) for one, share in shares.items()]


def _with_own_submissions(service: Service, room: Classroom, owner: Student) -> list[str]:
    """The pages of a student who has handed in very often."""
    newest = seeding.newest_graded(service.db, owner.user.id)
    path = room.exercises[0].path
    results = [f"/submissions/{one.public_id}" for one in newest]
    return ["/", f"/courses/{room.course.slug}", path, f"{path}/history", *results]


class OpenPages:
    """While entered, each student has the page of his submission open, and it does what the page's script does."""

    def __init__(self, service: Service, students: Sequence[Student], submissions: Sequence[str]) -> None:
        self._service = service
        self._over = threading.Event()
        self._opened = threading.Semaphore(0)
        self._lock = threading.Lock()
        self.streams = 0
        self._threads = [
            threading.Thread(target=self._follow, args=pair, daemon=True)
            for pair in zip(students, submissions, strict=True)
        ]

    def _follow(self, student: Student, public_id: str) -> None:
        browser = student.browser(self._service)
        page = f"/submissions/{public_id}"
        browser.get(page)
        with browser.events(page) as events:
            with self._lock:
                self.streams += events.taken
            self._opened.release()
            pause = QUIET_SECONDS if events.taken else POLL_SECONDS
            while not self._over.is_set():
                self._wait(events, pause)
                if not events.taken:
                    pause = min(pause * SLOWER, SLOWEST_SECONDS)
                if not self._over.is_set():
                    browser.get(f"{page}/panel")
        browser.close()

    def _wait(self, events: Events, seconds: float) -> None:
        """Until something is told, or so long; a mere sign of life on the stream is nothing to a script."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not self._over.is_set():
            if events.heard(min(left, LOOK_SECONDS)):
                return

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        for _ in self._threads:
            self._opened.acquire(timeout=GRADED_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(GRADED_SECONDS)
