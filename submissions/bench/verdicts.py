"""From the press of the button to the whole verdict on the page, on an idle service."""

from __future__ import annotations

import statistics
import time

from submissions.bench.board import Board
from submissions.bench.browser import UnexpectedAnswer
from submissions.bench.people import classroom
from submissions.bench.processor import WEB, WORKER, seconds_used
from submissions.bench.rows import engine_ms
from submissions.bench.running import RunningService

ROUNDS = 30
# Not measured: they collect the packs and fill the caches, as the first student of the day does.
WARM_UP = 4
STUDENTS = 8
PACKS = ("plot-sin", "backward-twice")


def verdict(running: RunningService, board: Board, rounds: int = ROUNDS) -> None:
    """Median of submit -> graded page, beside what the engine took of it."""
    service = running.service
    room = classroom(service, "verdict", PACKS, STUDENTS)
    browsers = [student.browser(service) for student in room.students]
    totals: list[float] = []
    engines: list[float] = []
    used = 0.0
    for turn in range(rounds + WARM_UP):
        board.tell("bench.step_verdict", turn=turn + 1, rounds=rounds + WARM_UP)
        exercise, browser = room.exercises[turn % len(PACKS)], browsers[turn % STUDENTS]
        fields = browser.form(exercise.path)
        began = time.perf_counter()
        page = browser.hand_in(exercise.path, fields, exercise.solution).location
        seen = browser.follow(page)
        total = 1000 * (time.perf_counter() - began)
        if seen.state != "graded":
            raise UnexpectedAnswer(f"{page} shows {seen.state!r} instead of a verdict.")
        if turn == WARM_UP - 1:
            used = _used(running)
        if turn >= WARM_UP:
            totals.append(total)
            engines.append(engine_ms(service.db, page.rsplit("/", 1)[-1]))
    ours = [total - engine for total, engine in zip(totals, engines, strict=True)]
    board.add("bench.verdict_ratio", [statistics.median(totals) / statistics.median(engines)], "x")
    board.add("bench.verdict", totals, "ms", "<= 400")
    board.add("bench.verdict_own", ours, "ms", "<= 120")
    board.add("bench.verdict_engine", engines, "ms")
    board.add("bench.verdict_processor", [1000 * (_used(running) - used) / rounds], "ms", None, rounds)
    for browser in browsers:
        browser.close()


def _used(running: RunningService) -> float:
    """Processor seconds of web and worker so far."""
    return sum(seconds_used(running.pid, part) for part in (WEB, WORKER))
