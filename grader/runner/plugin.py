"""The pytest plugin that turns a pack's tests into check results.

The pack's pack.toml declares the checks; each is a test function `test_<name>` (or several, when parametrised: all
must pass). A check fails by a plain assertion whose message is a diagnosis code or a `Diagnosis`. Anything else it
raises is its own fault: "broken".
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from grader.checks.feedback import Catalogue, Diagnosis
from grader.checks.student import Student
from grader.errors import ChildFailure, ChildOutOfMemory, ChildTimedOut, SandboxError
from grader.packs import CheckDeclaration, Pack
from grader.runner.proxy import ChildWorlds

CHECK_SECONDS = 30.0

VERDICT_OF_FAILURE = {ChildTimedOut: "timed_out", ChildOutOfMemory: "out_of_memory"}

# Diagnoses that say something was not there. Where a cell is not Python or never came to its end, that is the reason.
NOTHING_FOUND = frozenset(
    [
        "missing-name",
        "no-figure",
        "not-there",
        "never-run-twice",
        "no-error-provoked",
        "not-retained",
        "no-gradient",
        "no-backward",
        "report-missing",
        "examples-missing",
        "explanation-missing",
    ]
)
CODE_OF_VERDICT = {"timed_out": "timeout", "out_of_memory": "out-of-memory", "crashed": "process-died"}


class CheckTookTooLong(BaseException):
    """Raised inside a check whose time is up."""


@dataclass(frozen=True)
class Outcome:
    """How one check ended, before it is worth anything. `fault` explains a "broken" to the instructor."""

    verdict: str
    diagnosis: Diagnosis | None = None
    fault: str = ""


@dataclass
class Grading:
    """What the fixtures of the running grading need."""

    worlds: ChildWorlds
    seed: int
    raised: list[BaseException] = field(default_factory=list)


class ChecksPlugin:
    """Collects and validates once; `serve` is called where pytest would run the tests and returns only at the end."""

    def __init__(self, pack: Pack, serve: Callable[[ChecksPlugin], None]) -> None:
        self.pack = pack
        self.catalogue = Catalogue(*pack.path.glob("feedback.toml"))
        self.fault = ""
        self.grading: Grading | None = None
        self._serve = serve
        self._items: dict[str, list[pytest.Item]] = {}

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student:
        """The submission under test, as the running check sees it."""
        if self.grading is None:
            raise pytest.UsageError("Hidden checks run only inside a grading.")
        return Student(self.grading.worlds, seed=self.grading.seed, check=check_name(request.node))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep the reason why a file of the pack can't be collected."""
        if report.failed:
            self.fault = f"{report.nodeid or self.pack.id}: {report.longreprtext}"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Hold the tests against the declaration: exactly one check for each test, and the reverse."""
        for item in session.items:
            self._items.setdefault(check_name(item), []).append(item)
        declared = {check.name for check in self.pack.checks}
        if not self.fault and (lost := declared - set(self._items)):
            self.fault = f"pack.toml declares {', '.join(sorted(lost))}, but there is no such test_ function."
        if not self.fault and (extra := set(self._items) - declared):
            self.fault = f"There is a test_ function for {', '.join(sorted(extra))}, but pack.toml does not declare it."

    def pytest_runtestloop(self) -> bool:
        """Serve gradings instead of running the tests. Does not return while the checker lives."""
        if not self.fault:
            self._serve(self)
        return True

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Keep the exception itself: the report has only its text."""
        if self.grading is not None and call.excinfo is not None:
            self.grading.raised.append(call.excinfo.value)
        return (yield)

    def anticipate(self, grading: Grading) -> None:
        """Let the check files announce the worlds they will need, by a function `anticipate(student)`."""
        modules = {item.module for items in self._items.values() for item in items if isinstance(item, pytest.Function)}
        for module in modules:
            if hasattr(module, "anticipate"):
                module.anticipate(Student(grading.worlds, seed=grading.seed, check="anticipate"))

    def run_check(self, check: CheckDeclaration, grading: Grading) -> Outcome:
        """Run every test of `check`; the first that does not pass decides."""
        self.grading = grading
        for item in self._items[check.name]:
            outcome = self._run_item(item, grading)
            if outcome.verdict != "passed":
                return outcome
        return Outcome("passed")

    def _run_item(self, item: pytest.Item, grading: Grading) -> Outcome:
        grading.raised.clear()
        try:
            with _time_limit(CHECK_SECONDS):
                reports = runtestprotocol(item, log=False, nextitem=None)
        except CheckTookTooLong:
            # It fell between two phases, where pytest catches nothing; the next check must find nothing set up.
            item.session._setupstate.teardown_exact(None)  # noqa: SLF001 - pytest has no public way
            return _outcome_of_timeout(grading)
        if grading.worlds.fault is not None:
            raise grading.worlds.fault
        if grading.raised:
            return self._with_the_reason(self._outcome_of(grading.raised[0], grading), item, grading)
        if any(report.skipped for report in reports):
            return Outcome("broken", fault="The check skipped itself.")
        return Outcome("passed")

    def _outcome_of(self, error: BaseException, grading: Grading) -> Outcome:
        if isinstance(error, CheckTookTooLong):
            return _outcome_of_timeout(grading)
        if isinstance(error, SandboxError):
            raise error
        if isinstance(error, ChildFailure):
            verdict = VERDICT_OF_FAILURE.get(type(error), "crashed")
            return Outcome(verdict, Diagnosis(CODE_OF_VERDICT[verdict]))
        if not isinstance(error, AssertionError):
            return Outcome("broken", fault=f"{type(error).__name__}: {error}")
        return self._outcome_of_assertion(error.args[0] if error.args else None)

    def _with_the_reason(self, outcome: Outcome, item: pytest.Item, grading: Grading) -> Outcome:
        """Put a syntax error or a time-out of the whole file before whatever came of it."""
        if outcome.verdict != "failed" or outcome.diagnosis is None:
            return outcome
        try:
            run = grading.worlds.plain_run()
            reason = Student(grading.worlds, seed=grading.seed, check=check_name(item)).overriding()
        except ChildFailure:
            return outcome
        nothing_ran = all(cell.status != "ok" for cell in run.cells)
        if reason is None or not (nothing_ran or outcome.diagnosis.code in NOTHING_FOUND):
            return outcome
        return self._outcome_of_assertion(reason)

    def _outcome_of_assertion(self, message: Any) -> Outcome:
        if message is None:
            return Outcome("failed")
        diagnosis = Diagnosis(message) if isinstance(message, str) else message
        if not isinstance(diagnosis, Diagnosis) or diagnosis.code not in self.catalogue:
            return Outcome("broken", fault=f"The assertion's message {message!r} is not a code of the catalogue.")
        verdict = {code: name for name, code in CODE_OF_VERDICT.items()}.get(diagnosis.code, "failed")
        return Outcome(verdict, diagnosis)


def check_name(item: pytest.Item) -> str:
    """`test_<name>[parameters]` without the prefix and the parameters."""
    return str(getattr(item, "originalname", item.name)).removeprefix("test_")


def _outcome_of_timeout(grading: Grading) -> Outcome:
    if grading.worlds.is_waiting or grading.worlds.waited_seconds > CHECK_SECONDS / 2:
        grading.worlds.close()
        return Outcome("timed_out", Diagnosis("timeout"))
    return Outcome("broken", fault=f"The check itself ran for more than {CHECK_SECONDS:.0f} s.")


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    def ring(_signal: int, _frame: FrameType | None) -> None:
        raise CheckTookTooLong

    previous = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
