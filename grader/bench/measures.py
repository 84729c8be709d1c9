"""What `grader bench` measures, each beside its alternative in the same run. Medians; ratios first.

Nothing here is a test: a busy machine gives other figures, and a figure that misses its goal is reported, not raised.
"""

from __future__ import annotations

import statistics
import threading
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from grader.bench import processes
from grader.bench.baseline import bare_code_ms, cold_pytest_ms
from grader.bench.rate import SEED, full_marks, rate_of
from grader.packs import Pack, find_pack
from grader.runner.engine import Engine
from grader.settings import Settings
from grader.submission import Submission, submission_from_file

Text = Mapping[str, str]
Blanks = Mapping[str, str | int]

NO_BLANKS: Blanks = {}

SPINNER = "while True:\n    try:\n        while True: pass\n    except BaseException: pass\n"
SLEEPER = "import torch\nx = torch.ones(3, requires_grad=True)\nx.sum().backward()\nimport time\ntime.sleep(2.5)\n"

# Packs whose checks run the submission in altered worlds as a rule, and what more they may take: so many times as much.
ALTERED = ("second-derivative", "vector-control-flow", "own-control-flow")
ALTERED_FACTOR = 2
# A machine that is idle has had time to prepare for the next submission.
IDLE_SECONDS = 0.4


@dataclass(frozen=True)
class Measure:
    """One figure. `goal` is a limit in the same unit: "<= 60" or ">= 40"; None for figures given for information."""

    key: str
    name: Text
    value: float
    unit: str
    goal: str | None = None
    samples: int = 1
    spread: tuple[float, float] | None = None

    @property
    def met(self) -> bool | None:
        """Does the figure keep its goal?"""
        if self.goal is None:
            return None
        sign, limit = self.goal.split()
        return self.value <= float(limit) if sign == "<=" else self.value >= float(limit)


@dataclass
class Bench:
    """One run of the bench: the packs whose reference solutions are graded, and how often. The first `busy` packs are
    also graded many at a time.
    """

    settings: Settings
    rounds: int = 30
    cold_rounds: int = 5
    soak: int = 200
    packs: Sequence[str] = ("plot-sin", "backward-twice", *ALTERED)
    busy: int = 2
    progress: Callable[[Text], None] = lambda _step: None
    measures: list[Measure] = field(default_factory=list)

    def run(self) -> list[Measure]:
        """Measure everything; takes about four minutes. Raises SandboxError if a reference loses points."""
        began = time.monotonic()
        with Engine(self.settings) as engine:
            pack, solution = self._reference(self.packs[0])
            full_marks(engine.grade(pack, solution, SEED))
            self._add("start", [time.monotonic() - began], "s", "<= 4")
            for name in self.packs[: self.busy]:
                self._verdicts(engine, *self._reference(name))
            self._throughput(engine)
            self._beside_spinners(engine, pack, solution)
            self._memory(engine, pack)
            self._soak(engine, pack, solution)
            # Each pack in use holds memory of its own, so the others come after it was measured.
            for name in self.packs[self.busy :]:
                self._verdicts(engine, *self._reference(name))
        return self.measures

    def _reference(self, name: str) -> tuple[Pack, Submission]:
        pack = find_pack(name, self.settings.exercises)
        return pack, submission_from_file(pack.path / "solution.py")

    def _verdicts(self, engine: Engine, pack: Pack, solution: Submission) -> None:
        """Cold pytest, then warm verdicts, then the student's code alone in a warm, bare interpreter."""
        self._tell("cold", pack=pack.id)
        cold = [cold_pytest_ms(pack, solution) for _ in range(self.cold_rounds)]
        full_marks(engine.grade(pack, solution, SEED))
        warm: list[float] = []
        for turn in range(self.rounds):
            self._tell("verdicts", pack=pack.id, turn=turn + 1, rounds=self.rounds)
            time.sleep(IDLE_SECONDS)
            warm.append(_timed(lambda: full_marks(engine.grade(pack, solution, SEED))))
        bare = bare_code_ms(solution, self.rounds)
        blanks: Blanks = {"pack": pack.id, "checks": len(pack.checks)}
        factor = ALTERED_FACTOR if pack.id in ALTERED else 1
        ratio = statistics.median(cold) / statistics.median(warm)
        self._add("cold-ratio", [ratio], "x", f">= {40 / factor:g}", blanks=blanks)
        self._add("verdict", warm, "ms", f"<= {60 * factor}", blanks=blanks)
        if pack.id not in ALTERED:
            # Elsewhere the checks ask the student's functions so often that his file alone is no measure of his part.
            ours = statistics.median(warm) - statistics.median(bare)
            self._add("ours", [ours], "ms", "<= 45", blanks=blanks)
        self._add("bare", bare, "ms", blanks=blanks)
        self._add("cold", cold, "ms", blanks=blanks)

    def _throughput(self, engine: Engine) -> None:
        for name in self.packs[: self.busy]:
            jobs = [self._reference(name)] * (4 * self.rounds)
            for workers in (1, 2):
                self._tell("rate", pack=name, workers=workers)
                goal = ">= 20" if workers == 2 else None
                found = rate_of(engine, jobs, workers)
                self._add("rate", [found], "/s", goal, len(jobs), {"pack": name, "workers": workers})

    def _beside_spinners(self, engine: Engine, pack: Pack, solution: Submission) -> None:
        self._tell("beside")
        usual = [_timed(lambda: engine.grade(pack, solution, SEED)) for _ in range(self.rounds)]
        with Spinners(engine, pack, 2):
            beside = [_timed(lambda: full_marks(engine.grade(pack, solution, SEED))) for _ in range(self.rounds)]
        ratio = statistics.median(beside) / statistics.median(usual)
        self._add("beside-ratio", [ratio], "x", "<= 4")
        self._add("beside", beside, "ms")

    def _memory(self, engine: Engine, pack: Pack) -> None:
        self._tell("memory")
        servers = [engine.sandbox.pid, engine.checker.pid]
        idle = processes.proportional_mb(servers)
        with ThreadPoolExecutor(1) as pool:
            grading = pool.submit(engine.grade, pack, Submission(SLEEPER, "py", "sleeper.py"), SEED)
            time.sleep(1.5)
            child = processes.largest_private_mb(engine.sandbox.pid)
            grading.result()
        if idle is not None:
            self._add("servers", [idle], "MB", "<= 500")
        if child is not None:
            self._add("child", [child], "MB", "<= 20")

    def _soak(self, engine: Engine, pack: Pack, solution: Submission) -> None:
        pids = [engine.sandbox.pid, engine.checker.pid]
        before = processes.census(pids)
        with ThreadPoolExecutor(2) as pool:
            for turn, report in enumerate(pool.map(lambda _turn: engine.grade(pack, solution, SEED), range(self.soak))):
                full_marks(report)
                if turn % 20 == 0:
                    self._tell("soak", count=self.soak, turn=turn)
        after = processes.settled_census(pids, before)
        for what, grown in after.grown_since(before).items():
            unit, goal = ("MB", "<= 20") if what == "memory" else ("", "<= 0")
            self._add(f"left-{what}", [grown], unit, goal, blanks={"count": self.soak})

    def _tell(self, step: str, **blanks: str | int) -> None:
        self.progress(_text("steps", step, blanks))

    def _add(
        self,
        key: str,
        values: Sequence[float],
        unit: str,
        goal: str | None = None,
        samples: int | None = None,
        blanks: Blanks = NO_BLANKS,
    ) -> None:
        spread = (min(values), max(values)) if len(values) > 1 else None
        value = round(statistics.median(values), 2)
        name = _text("names", key, blanks)
        self.measures.append(Measure(key, name, value, unit, goal, samples or len(values), spread))


@cache
def _catalogue() -> Mapping[str, Mapping[str, Text]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _text(table: str, key: str, blanks: Blanks) -> Text:
    return {locale: template.format(**blanks) for locale, template in _catalogue()[table][key].items()}


def _timed(action: Callable[[], object]) -> float:
    """Milliseconds that `action` takes."""
    began = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - began)


class Spinners:
    """While entered, `count` hostile submissions are being graded at every moment."""

    def __init__(self, engine: Engine, pack: Pack, count: int) -> None:
        self._over = threading.Event()
        spin = Submission(SPINNER, "py", "spinner.py")
        self._threads = [threading.Thread(target=self._spin, args=(engine, pack, spin)) for _ in range(count)]

    def _spin(self, engine: Engine, pack: Pack, spin: Submission) -> None:
        while not self._over.is_set():
            engine.grade(pack, spin, SEED)

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()
        time.sleep(0.3)

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
