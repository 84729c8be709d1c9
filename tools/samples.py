"""Grades the sample submissions of every exercise through the `grader` command, for `dev.py samples`."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path
from typing import Any

from tools.texts import SetupError, language, text

WRONG_SAMPLES = 2
SHOWN_FAULTS = 4
NAME_WIDTH = 34
WIDEST = 100
NEVER_FIRST = "，。；：、）！？”"


def show_samples(exercises: Path, grader: Path) -> int:
    """Grade and print the solution, the starter and two wrong answers of each exercise. Returns the exit status."""
    packs = sorted(declaration.parent for declaration in exercises.glob("*/pack.toml"))
    if not packs:
        raise SetupError(text("no_samples", folder=exercises))
    print(text("intro"), flush=True)
    for pack in packs:
        reports = grade(pack, grader)
        print(f"\n{colour(pack.name, '1')}")
        for report in reports:
            show(report)
        sys.stdout.flush()
    print("\n" + text("next", grader=os.path.relpath(grader)))
    return 0


def grade(pack: Path, grader: Path) -> list[dict[str, Any]]:
    """The reports of one exercise's samples, in the order of their file names."""
    wrong = sorted((pack / "wrong").glob("*.py"))[:WRONG_SAMPLES]
    with tempfile.TemporaryDirectory() as folder:
        for sample in (pack / "solution.py", pack / "starter.py"):
            shutil.copy(sample, folder)
        for sample in wrong:
            shutil.copy(sample, Path(folder) / f"wrong-{sample.name}")
        command = [str(grader), "batch", str(pack), folder, "-j", "2", "--locale", language()]
        done = subprocess.run(command, capture_output=True, check=False)
    reports = [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
    if not reports:
        reason = done.stderr.decode(errors="replace").strip()
        raise SetupError(text("no_engine", pack=pack.name, reason=reason))
    return reports


def show(report: dict[str, Any]) -> None:
    """Print one line with the score, and one under it for each check that did not pass."""
    missed = [check for check in report["checks"] if check["verdict"] not in ("passed", "skipped")]
    full = report["status"] == "graded" and not missed
    score = text("points", score=f"{report['score']:g}", most=f"{report['max_score']:g}")
    name = Path(report["file"]).name
    print(f"  {colour('✓', '32') if full else colour('✗', '31')} {name}{' ' * (NAME_WIDTH - width(name))} {score}")
    shown = missed[:SHOWN_FAULTS]
    for feedback, checks in itertools.groupby(shown, key=lambda check: check["feedback"]):
        for check in checks:
            print(f"      {check['title']}")
        for line in feedback.splitlines():
            print_wrapped(line, indent=8)
    if len(missed) > SHOWN_FAULTS:
        print(f"      {text('more', count=len(missed) - SHOWN_FAULTS)}")
    if report["message"]:
        print_wrapped(report["message"], indent=6)


def print_wrapped(words: str, indent: int) -> None:
    """Print `words` dimly on as many lines as the terminal's width asks for; Chinese may be cut anywhere."""
    columns = min(shutil.get_terminal_size().columns, WIDEST) - indent
    line = ""
    for piece in re.findall(r"[!-~]+ ?|.", words):
        if line and width((line + piece).rstrip()) > columns and piece[0] not in NEVER_FIRST:
            print(" " * indent + colour(line.rstrip(), "2"))
            line = ""
        line += piece
    print(" " * indent + colour(line.rstrip(), "2"))


def width(words: str) -> int:
    """How many columns a terminal gives to `words`: two for each Chinese character."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in words)


def colour(words: str, code: str) -> str:
    """`words` in an ANSI colour where a terminal shows it and nobody asked for none."""
    return f"\033[{code}m{words}\033[0m" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else words
