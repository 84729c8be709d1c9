"""Many at once: a steady stream of submissions, a burst, and one student's flood beside another's only submission."""

from __future__ import annotations

import secrets
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from submissions import intake
from submissions.bench.alone import engine_rate
from submissions.bench.board import Board, percentile
from submissions.bench.browser import Browser, UnexpectedAnswer
from submissions.bench.people import PACKS, Classroom, Exercise, Student, classroom, student
from submissions.bench.processor import WEB, WORKER, seconds_used
from submissions.bench.rows import Ended, count, ended, wait_until_graded
from submissions.bench.running import RunningService
from submissions.service import Service

RATE, SECONDS = 50, 10
BURST_STUDENTS = 100
FLOOD, FLOOD_WAITING = 300, 3
QUIET = 5
# More than the requests that are under way at the rate asked for; bounds what the bench itself may open.
SENDERS = 48
DRAIN_SECONDS = 240.0
ALONE_COUNT = 40


class Desk:
    """A student's browser at which one request is made at a time, with the token of his forms."""

    def __init__(self, browser: Browser, page: str) -> None:
        self.browser = browser
        self.token = browser.form(page)["csrf_token"]
        self._turn = threading.Lock()

    def hand_in(self, exercise: Exercise, source: str) -> None:
        """Send one form."""
        with self._turn:
            fields = {"csrf_token": self.token, "request_key": secrets.token_urlsafe(12)}
            self.browser.hand_in(exercise.path, fields, source)


def _desks(service: Service, room: Classroom) -> list[Desk]:
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda one: Desk(one.browser(service), room.exercises[0].path), room.students))


def _close(desks: list[Desk]) -> None:
    for desk in desks:
        desk.browser.close()


def _jobs(desks: list[Desk], room: Classroom) -> list[tuple[Desk, Exercise, str]]:
    """Every student once for every exercise, a student's own as far apart as can be."""
    sources = [(exercise, exercise.solution) for exercise in room.exercises]
    return [(desk, exercise, source) for exercise, source in sources for desk in desks]


def accept(running: RunningService, board: Board, rate: int = RATE, seconds: int = SECONDS) -> None:
    """Submissions at a steady rate while the grader works. The clock of each starts when it was due."""
    service = running.service
    room = classroom(service, "accept", PACKS, rate * seconds // len(PACKS))
    desks = _desks(service, room)
    jobs = _jobs(desks, room)
    board.tell("bench.step_accept", rate=rate, seconds=seconds)
    began = time.perf_counter() + 0.2
    beside: list[float] = []
    lone = student(service, room.course, "accept-beside").browser(service)

    def send(number: int) -> float:
        due = began + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        desk, exercise, source = jobs[number]
        desk.hand_in(exercise, source)
        return 1000 * (time.perf_counter() - due)

    def look() -> None:
        while time.perf_counter() < began + seconds:
            beside.append(lone.get("/healthz").ms)
            time.sleep(0.1)

    watcher = threading.Thread(target=look)
    watcher.start()
    used = seconds_used(running.pid, WEB)
    with ThreadPoolExecutor(SENDERS) as pool:
        latencies = list(pool.map(send, range(len(jobs))))
    used = seconds_used(running.pid, WEB) - used
    watcher.join()
    _close(desks)
    lone.close()
    board.tell("bench.step_drain")
    wait_until_graded(service.db, room.course.id, DRAIN_SECONDS)
    kept = count(service.db, room.course.id, "graded", "queued", "running")
    waiting = count(service.db, room.course.id, "queued", "running")
    board.add("bench.accept_ratio", [statistics.median(latencies) / statistics.median(beside)], "x")
    board.add("bench.accept", latencies, "ms", rate=rate)
    board.add("bench.accept_slowest", [percentile(latencies, 0.99)], "ms", "<= 300", len(latencies), rate=rate)
    board.add("bench.accept_processor", [1000 * used / len(latencies)], "ms", None, len(latencies))
    board.add("bench.accept_lost", [len(latencies) - kept], "", "<= 0", len(latencies))
    board.add("bench.accept_waiting", [waiting], "", None, len(latencies), seconds=round(DRAIN_SECONDS))


def burst(running: RunningService, board: Board, students: int = BURST_STUDENTS) -> None:
    """Everybody hands in everything at once; how fast that is worked off, beside the engine alone."""
    service = running.service
    room = classroom(service, "burst", PACKS, students)
    workers = service.settings.slots
    board.tell("bench.step_alone")
    alone = [engine_rate(room.exercises, workers, ALONE_COUNT)]
    desks = _desks(service, room)
    jobs = _jobs(desks, room)
    board.tell("bench.step_burst", count=len(jobs), students=students)
    began, used = time.time(), seconds_used(running.pid, (*WEB, *WORKER))
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda job: job[0].hand_in(job[1], job[2]), jobs))
    accepted = time.time() - began
    _close(desks)
    board.tell("bench.step_drain")
    wait_until_graded(service.db, room.course.id, DRAIN_SECONDS)
    found = ended(service.db, room.course.id)
    waiting = count(service.db, room.course.id, "queued", "running")
    used = seconds_used(running.pid, (*WEB, *WORKER)) - used
    board.tell("bench.step_alone")
    alone.append(engine_rate(room.exercises, workers, ALONE_COUNT))
    # From the first press of a button, so taking them in is part of it.
    drained = len(found) / (found[-1].finished - began) if found else 0.0
    board.add("bench.burst_ratio", [drained / statistics.median(alone)], "x", ">= 0.8", len(jobs))
    board.add("bench.burst", [drained], "/s", None, len(jobs), count=len(jobs), students=students)
    board.add("bench.burst_alone", alone, "/s", workers=workers)
    board.add("bench.burst_processor", [1000 * used / max(1, len(found))], "ms", None, len(found))
    board.add("bench.burst_accepted", [len(jobs) / accepted], "/s", None, len(jobs))
    board.add("bench.burst_lost", [len(jobs) - waiting - sum(one.full for one in found)], "", "<= 0", len(jobs))


def flood(running: RunningService, board: Board, size: int = FLOOD) -> None:
    """One student's many submissions, and then another's only one: what the second waits more than on his own.

    The rules let no page take so many of one student, so they come in by the same door behind the pages.
    """
    service = running.service
    room = classroom(service, "flood", ("backward-twice",) * (size // FLOOD_WAITING), 2)
    flooder, other = room.students
    exercise = room.exercises[0]
    content = exercise.solution.encode()
    board.tell("bench.step_flood", count=size)
    calm = [student(service, room.course, f"quiet-{number}") for number in range(QUIET)]
    usual = [_graded(service, room, one, content).seconds for one in calm]
    for turn in range(size):
        intake.submit(service, flooder.user, room.exercises[turn // FLOOD_WAITING].assignment, content, "solution.py")
    time.sleep(1.0)
    before = count(service.db, room.course.id, "queued", "running")
    only = _graded(service, room, other, content)
    board.tell("bench.step_drain")
    wait_until_graded(service.db, room.course.id, DRAIN_SECONDS)
    # In line, he would have waited for all that was there before him.
    last = max(one.finished for one in ended(service.db, room.course.id) if one.user_id == flooder.user.id)
    in_line = last - only.submitted
    board.add("bench.flood_ratio", [only.seconds / in_line], "x", None, before)
    board.add("bench.flood", [only.seconds - statistics.median(usual)], "s", "<= 2", before, count=size)
    board.add("bench.flood_in_line", [in_line], "s", None, before)


def _graded(service: Service, room: Classroom, who: Student, content: bytes) -> Ended:
    """Hand in for `who` and wait until it is graded."""
    submission = intake.submit(service, who.user, room.exercises[0].assignment, content, "solution.py")
    if not wait_until_graded(service.db, room.course.id, DRAIN_SECONDS, submission.id):
        raise UnexpectedAnswer(f"Submission {submission.id} is not graded after {DRAIN_SECONDS:.0f} s.")
    return next(one for one in ended(service.db, room.course.id) if one.user_id == who.user.id)
