"""An engine that answers from a table, and the reports to put into it."""

import threading
import time

from grader.report import CheckResult, Report


def both(text, zh=None):
    return {"en": text, "zh": zh or f"中:{text}"}


def check(name="slope", verdict="passed", **changes):
    points = 3.0 if verdict == "passed" else 0.0
    facts = {"title": both("The slope is right", "斜率正确"), "points": points, "max_points": 3.0}
    return CheckResult(**{"name": name, "verdict": verdict, "visibility": "public", **facts, **changes})


def report(*checks, **changes):
    checks = checks or (check(),)
    facts = {
        "pack": "slopes", "pack_version": "2.1.0", "engine_version": "0.1.0", "torch_version": "2.13.0",
        "status": "graded", "score": sum(c.points for c in checks), "max_score": sum(c.max_points for c in checks),
        "seed": 7, "checks": checks, "timing_ms": {"total": 41.2},
    }  # fmt: skip
    return Report(**facts | changes)


class FakeEngine:
    """Answers from `answers` by the name of the submission; an exception there is raised."""

    def __init__(self, answers=None, start_error=None, delays=None):
        self.answers = answers or {}
        self.delays = delays or {}
        self.start_error = start_error
        self.calls, self.settings, self.started, self.stopped = [], None, 0, 0
        self.running, self.most_running = 0, 0
        self._lock = threading.Lock()

    def __call__(self, settings):
        self.settings = settings
        return self

    def start(self):
        self.started += 1
        if self.start_error:
            raise self.start_error

    def stop(self):
        self.stopped += 1

    def grade(self, pack, submission, seed=None):
        with self._lock:
            self.calls.append((pack, submission, seed))
            self.running += 1
            self.most_running = max(self.most_running, self.running)
        try:
            time.sleep(self.delays.get(submission.name, 0))
            answer = self.answers.get(submission.name, report(seed=seed))
            if isinstance(answer, BaseException):
                raise answer
            return answer
        finally:
            with self._lock:
                self.running -= 1
