"""What came of a call of the student's function, or of the run of the whole file: one vocabulary for both forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch

from grader.checks.compare import close
from grader.checks.feedback import Detail, Diagnosis, diagnose, fail
from grader.checks.messages import advice_for
from grader.checks.runs import LeafPass, Runs
from grader.checks.values import texts, to_python, to_tensor
from grader.wire.messages import (
    CallReport,
    FigureData,
    InputState,
    OpCount,
    Problem,
    RunReport,
    Value,
)

# Words by which a script may say in its own way that the error came. The log of autograd runs is the proof that it did.
ERROR_WORDS = (
    "error", "fail", "exception", "raise", "refuse", "freed", "second time",
    "错误", "报错", "异常", "失败", "出错", "释放", "不能", "无法",
)  # fmt: skip


def diagnose_problem(problem: Problem) -> Diagnosis:
    """The diagnosis for an exception that left the student's code: `timeout`, or `raised` with its text and line."""
    kind = problem.types[0] if problem.types else "Exception"
    if kind == "SubmissionTimeout":
        return diagnose("timeout")
    place = "" if problem.line is None else f" (line {problem.line})"
    text = f"{kind}: {problem.message}".strip().removesuffix(":")
    detail: dict[str, str | int | float] = {"detail": f"{text}{place}"}
    advice = advice_for(problem.message)
    if "SyntaxError" in problem.types:
        detail["detail"] = f"{text}{place}: {(problem.text or '').strip()}".removesuffix(": ")
        advice = "full-width" if "invalid character" in problem.message else "not-python"
    return Diagnosis("raised", {**detail, "advice": advice} if advice else detail)


# From how many characters on a piece of an error message is known for what it is.
PIECE_CHARACTERS = 20


@dataclass(frozen=True)
class CallEvidence:
    """One call of a function of the student's, with tensors made in his process.

    `handed` are the tensors that went in, by the name of their let.
    """

    name: str
    report: CallReport
    handed: Mapping[str, torch.Tensor] = field(default_factory=dict)
    is_script = False

    @cached_property
    def runs(self) -> Runs:
        """The autograd runs during the call."""
        return Runs(self.report.runs)

    @cached_property
    def handed_runs(self) -> Runs:
        """Those runs that reached a tensor which was handed over: what was done to tensors of the student's own, be it
        to provoke an error there, is not what was asked for.
        """
        handed = list(self.handed.values())
        return Runs([run for run in self.runs if any(len(Runs([run]).reaching(tensor)) for tensor in handed)])

    def passes_from(self, value: torch.Tensor) -> list[LeafPass]:
        """The second passes through the graph of the number that was handed over, which is `value`."""
        return self.handed_runs.second_passes_from(value)

    @property
    def missing(self) -> bool:
        """There is no such name, or it can't be called."""
        return self.report.missing

    @property
    def raised(self) -> Problem | None:
        """The exception that left the function, if one did."""
        return self.report.problem

    @property
    def answered(self) -> CallEvidence:
        """The evidence itself, if the function exists and returned; else ends the check with the reason."""
        if self.missing:
            fail("missing-name", name=self.name)
        if self.report.problem is not None:
            raise AssertionError(diagnose_problem(self.report.problem))
        return self

    @property
    def checked(self) -> CallEvidence:
        """As `answered`, and the values of the inputs must be as they were."""
        changed = [state for state in self.answered.report.inputs if state.changed]
        if changed:
            fail("input-modified", name=changed[0].name)
        return self

    @property
    def raw(self) -> Value:
        """What was returned, as it came over the wire."""
        return self.answered.report.value

    @property
    def value(self) -> object:
        """What was returned, as tensors and Python's own kinds."""
        return to_python(self.raw)

    def returns(self, want: torch.Tensor, precision: torch.dtype = torch.float32) -> bool:
        """Whether the returned value is this tensor, in shape and up to the tolerance."""
        return close(self.raw, want, precision)

    def reports(self, fragment: str) -> bool:
        """Whether what was returned tells an error with this fragment: as an exception, text, repr or in a container.

        A long enough piece of the message that torch really gave is as good as the whole.
        """
        said = [text.casefold() for text in texts(self.raw)]
        messages = [run.problem.message.casefold() for run in self.runs.saying(fragment) if run.problem is not None]
        pieces = [text.strip() for text in said if len(text.strip()) >= PIECE_CHARACTERS]
        return any(fragment.casefold() in text for text in said) or any(
            piece in message for piece in pieces for message in messages
        )

    def why(self, code: str, *, scalar_rule: bool = True, **detail: Detail) -> Diagnosis:  # noqa: ARG002
        """The diagnosis for evidence that falls short: an exception that left the function comes before `code`."""
        problem = self.report.problem
        return diagnose(code, **detail) if problem is None else diagnose_problem(problem)

    @property
    def inputs(self) -> dict[str, InputState]:
        """What became of each handed tensor, by the name of its let."""
        return {state.name: state for state in self.report.inputs}

    def grad_of(self, name: str) -> torch.Tensor | None:
        """The .grad of a handed tensor after the call, None where there is none."""
        state = self.inputs.get(name)
        return None if state is None or state.grad is None else to_tensor(state.grad)

    @property
    def ops(self) -> tuple[OpCount, ...]:
        """The operations of the call, where it was made with `ops=True`."""
        return self.report.ops

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines of the submission that ran, where it was made with `lines=True`."""
        return self.report.lines

    @property
    def figures(self) -> tuple[FigureData, ...]:
        """The figures drawn during the call."""
        return self.report.figures

    @property
    def stdout(self) -> str:
        """What the call printed."""
        return self.report.stdout

    @property
    def misfits(self) -> bool:
        """The function is of another make than the one asked for: it can't take the arguments, or runs autograd on
        tensors of its own. Such a helper that happens to have the name says nothing about the student's answer.
        """
        own = [tensor for tensor in self.handed.values() if tensor.requires_grad or tensor.is_floating_point()]
        reached = any(len(self.runs.reaching(tensor)) for tensor in own)
        if reached or not own:
            return False
        return self.report.problem is not None or len(self.runs) > 0

    @property
    def takes_other_arguments(self) -> bool:
        """The call failed before the function's first line: it has another number of parameters."""
        problem = self.report.problem
        if problem is None or "TypeError" not in problem.types:
            return False
        return f"{self.name}()" in problem.message and "argument" in problem.message


@dataclass(frozen=True)
class ScriptEvidence:
    """The run of the whole file, for answers that work on tensors of their own.

    `more` are calls of helper functions without arguments, made in the same child after the file had run. `values`
    reads the globals of the student's that may hold a text or an exception; it is asked only when it matters.
    """

    report: RunReport
    more: Sequence[CallReport] = ()
    values: Callable[[], Sequence[Value]] = tuple
    is_script = True
    missing = False

    @cached_property
    def runs(self) -> Runs:
        """The autograd runs of the file, then those of the helper calls."""
        return Runs([*self.report.runs, *(run for call in self.more for run in call.runs)])

    @property
    def handed_runs(self) -> Runs:
        """All runs: a script works on tensors of its own."""
        return self.runs

    def passes_from(self, value: torch.Tensor) -> list[LeafPass]:  # noqa: ARG002
        """The second passes through whatever graph the script has made."""
        return self.runs.second_passes

    @property
    def checked(self) -> ScriptEvidence:
        """The evidence itself: a script may end in any error, what counts is what it did before."""
        return self

    answered = checked

    @property
    def raw(self) -> Value:
        """A script returns nothing."""
        return None

    @property
    def value(self) -> object:
        """A script returns nothing."""
        return None

    @property
    def raised(self) -> Problem | None:
        """The first exception that left a cell."""
        return self.problems[0] if self.problems else None

    def returns(self, want: torch.Tensor, precision: torch.dtype = torch.float32) -> bool:  # noqa: ARG002
        """True: a script has nothing to return, its log is the evidence."""
        return True

    def reports(self, fragment: str) -> bool:
        """Whether the error was shown: as a traceback, printed, kept in a variable, or told in the student's words."""
        said = [self.stdout, self.report.stderr, *(problem.message for problem in self.problems)]
        said += [text for call in self.more for text in texts(call.value)]
        said += [call.problem.message for call in self.more if call.problem is not None]
        if any(fragment in text for text in said):
            return True
        kept = [text for value in self.values() for text in texts(value)]
        told = "\n".join([self.stdout, *self.report.prose, *kept]).casefold()
        return fragment.casefold() in told or any(word in told for word in ERROR_WORDS)

    def why(self, code: str, *, scalar_rule: bool = True, **detail: Detail) -> Diagnosis:
        """The diagnosis for evidence that falls short: an exception nobody asked for explains more than `code` does.

        scalar_rule: whether the exercise lets its error be provoked; otherwise it is a mistake where no run succeeded.
        """
        lesson = self.runs.is_lesson if scalar_rule else self.runs.taught
        surprise = next((problem for problem in self.problems if not lesson(problem)), None)
        return diagnose(code, **detail) if surprise is None else diagnose_problem(surprise)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The exceptions that left the cells, in order."""
        return tuple(cell.problem for cell in self.report.cells if cell.problem is not None)

    @property
    def stdout(self) -> str:
        """What the file and the helper calls printed."""
        return self.report.stdout + "".join(call.stdout for call in self.more)

    @property
    def figures(self) -> tuple[FigureData, ...]:
        """Every figure of the file, at every moment it was kept."""
        return self.report.figures

    @property
    def ops(self) -> tuple[OpCount, ...]:
        """The operations of the file, where it was run with `ops=True`."""
        return self.report.ops

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines that ran, where it was run with `lines=True`."""
        return self.report.lines

    @property
    def syntax_error(self) -> Problem | None:
        """The first cell that is not Python, if there is one."""
        return next((problem for problem in self.problems if "SyntaxError" in problem.types), None)

    @property
    def timed_out(self) -> bool:
        """Whether some cell ran out of time."""
        return any(cell.status == "timed_out" for cell in self.report.cells)


Evidence = CallEvidence | ScriptEvidence
