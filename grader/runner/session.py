"""One grading, from the submission on the job stream to the last result: the story of the trusted side on one page."""

from __future__ import annotations

import json
import socket
import time
import traceback
from dataclasses import asdict, dataclass
from typing import Any

from grader.checks import attachments, inputs, review
from grader.checks.review import Finding
from grader.errors import ChildFailure, SandboxError
from grader.packs import CheckDeclaration
from grader.report import CheckResult, Plot, ReviewNote, StudentError
from grader.runner.figure_json import figures_json
from grader.runner.graph_json import graphs_json
from grader.runner.lifetime import die_with_caller
from grader.runner.out_of_place import out_of_place
from grader.runner.plugin import ChecksPlugin, Grading, Outcome
from grader.runner.proxy import ChildWorlds
from grader.runner.student_errors import has_cells, student_errors
from grader.sandbox.client import Sandbox
from grader.sentences import LOCALES, sentence
from grader.submission import Submission


@dataclass
class JobStream:
    """The engine's end of one grading: a request, the stream to the engine, a connection to the sandbox."""

    request: dict[str, Any]
    stream: socket.socket
    sandbox: socket.socket

    def receive(self) -> dict[str, Any]:
        """The job: one line of JSON."""
        with self.stream.makefile("rb") as lines:
            job: dict[str, Any] = json.loads(lines.readline())
        return job

    def send(self, event: dict[str, Any]) -> None:
        """Tell the engine something: one line of JSON."""
        self.stream.sendall(json.dumps(event).encode() + b"\n")


def grade_one(plugin: ChecksPlugin, job: JobStream) -> None:
    """Grade one submission and send its results as they come, then the summary."""
    began = time.monotonic()
    request = job.receive()
    die_with_caller(job.stream)
    submission = Submission(request["source"], request["kind"], request["name"], request["written"])
    sandbox = Sandbox(job.sandbox)
    worlds = ChildWorlds(sandbox, submission, plugin.pack.limits)
    grading = Grading(worlds, request["seed"])
    try:
        plugin.anticipate(grading)
        results: dict[str, CheckResult] = {}
        notes: list[ReviewNote] = []
        for check in plugin.pack.running_order:
            results[check.name] = _result(plugin, check, results, grading)
            notes += [_note(finding, check.name) for finding in review.take()]
            job.send({"check": results[check.name].to_record()})
        notes += map(_note, out_of_place(submission.source, submission.kind))
        summary = _summary(grading, time.monotonic() - began)
        job.send({"done": summary | {"review": [asdict(note) for note in notes]}})
    except SandboxError as error:
        job.send({"fault": str(error)})
    except Exception:  # noqa: BLE001 - whatever happens here, the engine must hear of it
        job.send({"fault": traceback.format_exc(limit=-8)})
    finally:
        worlds.close()
        sandbox.close()


def _result(
    plugin: ChecksPlugin, check: CheckDeclaration, results: dict[str, CheckResult], grading: Grading
) -> CheckResult:
    blocking = next((name for name in check.requires if results[name].verdict != "passed"), None)
    if blocking is not None:
        return _check_result(check, "skipped", feedback=sentence("check-skipped", check=results[blocking].title))
    inputs.reseed(grading.seed, check.name)
    attachments.take()
    review.take()
    outcome = plugin.run_check(check, grading)
    return _from_outcome(plugin, check, outcome)


def _from_outcome(plugin: ChecksPlugin, check: CheckDeclaration, outcome: Outcome) -> CheckResult:
    plot = attachments.take()
    extra: dict[str, Any] = {"plot": Plot(plot.yours, plot.expected) if plot else None}
    if outcome.verdict == "broken":
        extra |= {"detail": {"fault": outcome.fault}, "feedback": sentence("check-broken")}
    elif outcome.diagnosis is not None:
        words = {locale: plugin.catalogue.render(outcome.diagnosis, locale) for locale in LOCALES}
        extra |= {
            "diagnosis": outcome.diagnosis.code,
            "detail": dict(outcome.diagnosis.detail),
            "feedback": {locale: said.text for locale, said in words.items()},
            "hint": {locale: said.hint for locale, said in words.items()},
        }
    elif outcome.verdict == "failed":
        extra |= {"feedback": sentence("check-failed")}
    return _check_result(check, outcome.verdict, **extra)


def _check_result(check: CheckDeclaration, verdict: str, **extra: Any) -> CheckResult:
    return CheckResult(
        name=check.name,
        title=check.title,
        verdict=verdict,
        points=check.points if verdict == "passed" else 0.0,
        max_points=check.points,
        visibility=check.visibility,
        inputs=check.inputs,
        cap=check.cap,
        **extra,
    )


def _note(finding: Finding, check: str | None = None) -> ReviewNote:
    return ReviewNote(finding.code, finding.text, check, finding.cell, finding.line, finding.source)


def _summary(grading: Grading, seconds: float) -> dict[str, Any]:
    errors: tuple[StudentError, ...] = ()
    summary: dict[str, Any] = {"errors": [], "notes": [], "stdout": "", "figures": [], "graphs": []}
    try:
        run = grading.worlds.plain_run()
    except ChildFailure:
        pass
    else:
        errors = student_errors(run, grading.worlds.source, grading.worlds.kind)
        summary = {"notes": list(run.notes), "stdout": run.stdout}
        summary |= {
            "figures": figures_json(run.figures),
            "graphs": graphs_json(run.graphs, with_cells=has_cells(run, grading.worlds.kind)),
        }
    student = 1000 * grading.worlds.waited_seconds
    timing = {"grading": round(1000 * seconds, 2), "student": round(student, 2)}
    return summary | {"errors": [asdict(error) for error in errors], "timing_ms": timing}
