"""`student`: the one name a hidden check uses. Everything behind it happens in another process, which may lie.

student.backward_twice(y, x)              a call of the student's function, as evidence
student.either("backward_twice", y, x)    that call, or the run of the whole file if he answered as a script
student.script                            the run of the whole file
student.get("a")                          a global of his
with student.marked() as m: ...           every upstream gradient is multiplied by m
with student.replaced(f=fn("x**2")): ...  another function under differentiation
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

from grader.checks.circumstances import Circumstances, handed_in, request_of
from grader.checks.evidence import CallEvidence, Evidence, ScriptEvidence, diagnose_problem
from grader.checks.feedback import Diagnosis, diagnose
from grader.checks.functions import Function
from grader.checks.inputs import Handed, number
from grader.checks.plots import Curves
from grader.checks.prose import long_enough, strings, without_markup
from grader.checks.values import to_python
from grader.checks.worlds import Worlds
from grader.errors import ChildFailure, ChildLied
from grader.wire.messages import (
    Call,
    CallReport,
    GlobalName,
    Read,
    ReadReport,
    RunReport,
    Value,
    World,
)

# How many globals of a script are read in search of a text it kept.
GLOBALS_READ = 60
EXPLANATION_NAMES = ("explanation", "explain", "解释", "说明", "answer_text")


Kept = TypeVar("Kept")
_kept: WeakKeyDictionary[Worlds, dict[str, object]] = WeakKeyDictionary()


class Student:
    """The submission under test, in the circumstances of the moment. `seed` is the grading's."""

    def __init__(self, worlds: Worlds, seed: int, check: str) -> None:
        self.check = check
        self._worlds = worlds
        self._now = Circumstances(World(seed=seed % 2**31))

    def __getattr__(self, name: str) -> Callable[..., CallEvidence]:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **options: self.call(name, *args, **options)

    # ---------------------------------------------------------------------------------- what can be asked

    def call(
        self, name: str, *args: Handed, ops: bool = False, lines: bool = False, through: str = "", **kwargs: Handed
    ) -> CallEvidence:
        """Calls the student's function `name`. Tensors become leaves that require grad, made in his process.

        through: source of a function of ours that is called instead, with the student's as its first argument.
        """
        request = request_of(self._now, name, args, kwargs, ops=ops, lines=lines, through=through)
        return CallEvidence(name, self._ask_call(request), handed_in(request))

    def calls(
        self,
        name: str,
        inputs: Iterable[Handed],
        *,
        ops: bool = False,
        lines: bool = False,
        through: str = "",
    ) -> Iterator[CallEvidence]:
        """As `call` with each input in turn, but the questions are sent ahead, and the answers read as they come.

        ops: operations outside backward passes alone, without what was called for.
        """
        asked = [
            replace(request_of(self._now, name, (x,), {}, ops=ops, lines=lines, through=through), forward=True)
            for x in inputs
        ]
        now, world, place = self._now, self._call_world, 0
        while place < len(asked):
            answers = self._worlds.ask_all(world, asked[place:], now.apart)
            for report in answers.reports:
                yield CallEvidence(name, report, handed_in(asked[place]))
                place += 1
            if answers.failure is not None:
                raise answers.failure

    @property
    def script(self) -> ScriptEvidence:
        """The run of the whole file in the world of the moment."""
        world = self._now.world
        return ScriptEvidence(self._worlds.run(world), values=self._texts)

    def either(self, name: str, *args: Handed, shows: Callable[[Evidence], bool] | None = None) -> Evidence:
        """The call of the student's function or, where he answered as a script, the run of his file.

        A function that turns out to be another one of the same name (it takes other arguments, or differentiates
        tensors of its own) does not hide the script: the script counts if it `shows` what the check looks for.
        """
        call = self.call(name, *args)
        if call.missing:
            return self._script_or_missing(call)
        if not call.misfits:
            return call
        script = self._script_with(call)
        suits = shows(script) if shows is not None else len(script.runs) > 0
        return script if suits else call

    def get(self, name: str) -> object:
        """The student's global `name`, as tensors and Python's own kinds; `missing-name` if it is not there."""
        report = self.read(name)
        if report.missing:
            raise AssertionError(self.overriding() or diagnose("missing-name", name=name))
        return to_python(report.value)

    def read(self, name: str) -> ReadReport:
        """The student's global `name` as it came over the wire."""
        report = self._worlds.ask(self._now.world, Read(name), self._now.apart)
        if not isinstance(report, ReadReport):
            raise ChildLied("a Read was answered with something else")
        return report

    @property
    def curves(self) -> Curves:
        """Everything the file drew in the world of the moment."""
        return Curves.of(self._worlds.run(self._now.world))

    @property
    def world(self) -> World:
        """The world of the moment."""
        return self._now.world

    def run_in(self, world: World) -> RunReport:
        """The run of the whole file in any world. Raises ChildFailure."""
        return self._worlds.run(world)

    def anticipate(self, world: World | None = None) -> None:
        """Announces that a world will be needed, that of the moment if none is given: its run may then go on beside
        the plain one.
        """
        self._worlds.anticipate(self._call_world if world is None else world, self._now.apart)

    @property
    def code(self) -> str:
        """The student's file as it was handed in: JSON for a notebook. For a diagnosis, never for a verdict."""
        return self._worlds.source

    def once(self, what: str, make: Callable[[], Kept]) -> Kept:
        """Evidence that is the same for every check of a grading, made by the first that needs it."""
        kept = _kept.setdefault(self._worlds, {})
        return cast("Kept", kept[what] if what in kept else kept.setdefault(what, make()))

    @property
    def kind(self) -> str:
        """The file's kind: "py" or "ipynb"."""
        return self._worlds.kind

    @property
    def names(self) -> tuple[GlobalName, ...]:
        """The globals the file left."""
        return self._worlds.run(self._now.world).names

    @property
    def explanation(self) -> str:
        """The student's own words: the string `explanation`, else the markdown of his notebook, else what he wrote
        beside the file for this check; "" if too short.

        A file that is not Python says so first, because its variables are never set. What was written beside it
        counts all the same, and also where the file never came to its end.
        """
        written = self._worlds.written.get(self.check, "").strip()
        if not long_enough(written):
            return self._explanation_in_the_file()
        try:
            return self._explanation_in_the_file() or written
        except (AssertionError, ChildFailure):
            return written

    def _explanation_in_the_file(self) -> str:
        others = [known.name for known in self.names if known.kind == "other"]
        named = [name for name in others if any(part in name.casefold() for part in EXPLANATION_NAMES)]
        found = [text for name in named for text in strings(self.read(name).value)]
        prose = "\n".join(without_markup(text) for text in self._worlds.run(self._now.world).prose)
        text = next((text.strip() for text in (*found, prose) if long_enough(text)), "")
        if not text and (overriding := self.overriding()) is not None:
            raise AssertionError(overriding)
        return text

    def overriding(self) -> Diagnosis | None:
        """The diagnosis that comes before every other one: the file has a cell that ran out of time, or is not Python.

        For the plug-in: a check that fails with any code is told this one instead.
        """
        script = ScriptEvidence(self._worlds.run(self._now.world))
        if script.timed_out:
            return diagnose("timeout")
        return None if script.syntax_error is None else diagnose_problem(script.syntax_error)

    # ------------------------------------------------------------------------------------- altered worlds

    @contextmanager
    def marked(self, mark: float | None = None) -> Iterator[float]:
        """Inside, every upstream gradient is multiplied by the mark that is handed out; the student's asserts are off.

        What really went through autodiff comes back multiplied, everything else as before.
        """
        factor = number(1.3, 2.9) if mark is None else mark
        world = replace(self._now.world, mark=factor, assertions=False)
        with self._in(replace(self._now, world=world, call_mark=factor)):
            yield factor

    @contextmanager
    def marked_calls(self) -> Iterator[float]:
        """As `marked`, for calls in the world of the moment: the student's asserts stay."""
        factor = number(1.3, 2.9)
        with self._in(replace(self._now, call_mark=factor)):
            yield factor

    @contextmanager
    def replaced(self, functions: Mapping[str, str] | None = None, /, **globals_: Function) -> Iterator[None]:
        """Inside, other functions are in place: `replaced(f=fn("x**2"))` for a global of the student's during calls,
        `replaced({"torch.sin": "lambda x: torch.tanh(2 * x)"})` for a library's before the file runs.
        """
        world = replace(self._now.world, replaced={**self._now.world.replaced, **(functions or {})}, assertions=False)
        with self._in(replace(self._now, world=world, bound={**self._now.bound, **globals_})):
            yield

    @contextmanager
    def bound(self, **globals_: Function) -> Iterator[None]:
        """As `replaced` for globals of the student's, but his assert statements stay: code may rely on one failing."""
        with self._in(replace(self._now, bound={**self._now.bound, **globals_})):
            yield

    @contextmanager
    def traced(self, ops: bool = True, lines: bool = False) -> Iterator[None]:
        """Inside, runs of the file record operations or executed lines."""
        with self._in(replace(self._now, world=replace(self._now.world, ops=ops, lines=lines))):
            yield

    @contextmanager
    def seeded(self, seed: int) -> Iterator[None]:
        """Inside, the file runs with another seed."""
        with self._in(replace(self._now, world=replace(self._now.world, seed=seed))):
            yield

    @contextmanager
    def apart(self, purpose: str) -> Iterator[None]:
        """Inside, calls go to a child that is asked nothing but what is asked inside: it can't know other answers."""
        with self._in(replace(self._now, apart=purpose)):
            yield

    # ------------------------------------------------------------------------------------------- internals

    @contextmanager
    def _in(self, circumstances: Circumstances) -> Iterator[None]:
        before, self._now = self._now, circumstances
        try:
            yield
        finally:
            self._now = before

    @property
    def _call_world(self) -> World:
        # A call carries its own mark, so the file itself runs unmarked and its definitions come out as usual.
        return replace(self._now.world, mark=1.0)

    def _ask_call(self, request: Call) -> CallReport:
        report = self._worlds.ask(self._call_world, request, self._now.apart)
        if not isinstance(report, CallReport):
            raise ChildLied("a Call was answered with something else")
        return report

    def _script_or_missing(self, call: CallEvidence) -> Evidence:
        script = self.script
        if len(script.runs):
            return script
        overriding = self.overriding()
        if overriding is not None:
            raise AssertionError(overriding)
        # Without a single autograd run nothing was answered as a script. Where other functions are there, the name
        # is the likely mistake; an empty file is told what is asked for instead.
        if not script.problems and any(known.kind == "function" for known in script.report.names):
            return call.answered
        return script

    def _script_with(self, call: CallEvidence) -> ScriptEvidence:
        script = self.script
        if not call.takes_other_arguments:
            return script
        return replace(script, more=(self._ask_call(Call(call.name)),))

    def _texts(self) -> list[Value]:
        others = [known.name for known in self.names if known.kind == "other"]
        return [self.read(name).value for name in others[:GLOBALS_READ]]
