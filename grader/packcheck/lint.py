"""What can be said about a pack without grading anything: its parts, its texts, its declarations and its codes."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from grader.checks.feedback import Catalogue
from grader.errors import PackError
from grader.packcheck.check_files import CheckFile, read_check_file
from grader.packcheck.complaints import Complaint, complaint
from grader.packcheck.expectations import Sample, declared_sample, right_samples, sample_files
from grader.packs import Pack
from grader.sentences import LOCALES

LEAST_RIGHT, LEAST_WRONG = 2, 3
# Codes that the engine itself gives in place of a check's own.
CODES_OF_THE_ENGINE = frozenset(["timeout", "out-of-memory", "process-died", "raised", "missing-name"])

_CHINESE = re.compile("[\u4e00-\u9fff]")


def lint(pack: Pack) -> list[Complaint]:
    """Everything to put right before it is worth grading samples, and what no grading would show."""
    files = [read_check_file(path) for path in sorted(pack.path.glob("checks/**/*.py"))]
    samples, unreadable = _wrong_samples(pack)
    return [
        *_parts(pack),
        *_texts(pack),
        *_points(pack),
        *(complaint(file.name, "not-python", reason=file.fault) for file in files if file.fault),
        *_tests(pack, files),
        *_codes(pack, files, samples),
        *unreadable,
        *_headers(pack, [*right_samples(pack.path), *samples]),
        *_counts(pack, samples),
    ]


def _parts(pack: Pack) -> Iterator[Complaint]:
    for part in ("solution.py", "starter.py", *(f"statement.{locale}.md" for locale in LOCALES)):
        path = pack.path / part
        if not path.is_file() or not path.read_text(encoding="utf-8", errors="replace").strip():
            yield complaint(part, "part-missing")
        elif part.endswith(".py"):
            yield from _not_python(path)
    if not list(pack.path.glob("checks/**/test_*.py")):
        yield complaint("checks", "part-missing")


def _not_python(path: Path) -> Iterator[Complaint]:
    try:
        ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError) as error:
        yield complaint(path.name, "not-python", reason=str(error))


def _texts(pack: Pack) -> Iterator[Complaint]:
    for locale in LOCALES:
        path = pack.path / f"statement.{locale}.md"
        text = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        if text.strip() and not text.lstrip().startswith("# "):
            yield complaint(path.name, "no-heading")
        if locale == "zh" and text.strip() and not _CHINESE.search(text):
            yield complaint(path.name, "not-chinese", place=path.name)
    named = [("title", pack.title), ("summary", pack.summary)]
    for place, words in (*named, *((f"check {check.name}", check.title) for check in pack.checks)):
        if not _CHINESE.search(words["zh"]):
            yield complaint("pack.toml", "not-chinese", place=place)


def _points(pack: Pack) -> Iterator[Complaint]:
    if pack.max_score <= 0:
        yield complaint("pack.toml", "no-points")
    for check in pack.checks:
        most = pack.max_score - check.points
        if check.cap is not None and check.cap >= most > 0:
            yield complaint("pack.toml", "cap-without-effect", check=check.name, cap=f"{check.cap:g}", most=f"{most:g}")


def _tests(pack: Pack, files: Sequence[CheckFile]) -> Iterator[Complaint]:
    if any(file.fault for file in files):
        return
    written = {test.name for file in files for test in file.tests}
    declared = {check.name for check in pack.checks}
    for name in sorted(declared - written):
        yield complaint("pack.toml", "test-missing", check=name)
    for file in files:
        for test in file.tests:
            if test.name not in declared:
                yield complaint(f"{file.name}:{test.line}", "test-undeclared", check=test.name)


def _codes(pack: Pack, files: Sequence[CheckFile], samples: Sequence[Sample]) -> Iterator[Complaint]:
    own = pack.path / "feedback.toml"
    try:
        engine, known = Catalogue().codes, Catalogue(*([own] if own.is_file() else [])).codes
    except (PackError, ValueError) as error:
        yield complaint("feedback.toml", "pack-fault", reason=str(error))
        return
    places = [(f"{file.name}:{code.line}", code.name) for file in files for code in file.codes]
    places += [(sample.name, code) for sample in samples for code in sample.failures.values() if code is not None]
    for place, code in places:
        if code not in known:
            yield complaint(place, "code-unknown", code=code, near=_near(code, known))
    used = {code for _, code in places} | CODES_OF_THE_ENGINE
    for code in sorted(known - engine - used):
        yield complaint("feedback.toml", "code-unused", code=code)


def _near(name: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown name: the nearest known one in brackets, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" ({near[0]}?)" if near else ""


def _wrong_samples(pack: Pack) -> tuple[list[Sample], list[Complaint]]:
    samples, complaints = [], []
    for path in sample_files(pack.path / "wrong"):
        sample = declared_sample(path)
        if sample.failures:
            samples.append(sample)
        else:
            complaints.append(complaint(f"wrong/{path.name}", "header-missing"))
    return samples, complaints


def _headers(pack: Pack, samples: Sequence[Sample]) -> Iterator[Complaint]:
    declared = [check.name for check in pack.checks]
    for sample in samples:
        for name in sample.failures:
            if name not in declared:
                yield complaint(sample.name, "header-check-unknown", check=name, near=_near(name, declared))
    failed = {name for sample in samples for name in sample.failures}
    yield from (complaint("wrong", "never-fails", check=name) for name in declared if name not in failed)


def _counts(pack: Pack, samples: Sequence[Sample]) -> Iterator[Complaint]:
    few = partial(complaint, key="few-samples")
    right = len(sample_files(pack.path / "right"))
    if right < LEAST_RIGHT:
        yield few("right", count=right, least=LEAST_RIGHT)
    if len(samples) < LEAST_WRONG:
        yield few("wrong", count=len(samples), least=LEAST_WRONG)
