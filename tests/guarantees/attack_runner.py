"""Run as a program: `python -m tests.guarantees.attack_runner RUNG` sends every attack through an engine on that rung.

Prints one line of JSON for each attack. It is a program so that it can be run as root and as an ordinary user.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import psutil

from grader.packs import load_pack
from grader.runner.engine import Engine
from grader.settings import Settings
from grader.submission import Submission
from tests.guarantees.attacks import ATTACKS, PRELUDE, Attack

ROOT = Path(__file__).resolve().parents[2]
PACK = load_pack(Path(__file__).parent / "packs" / "target")
GOOD = "def gradient(x):\n    (x ** 3).sum().backward()\n    return x.grad\ndef answer():\n    return 42\n"
CANARY_TEXT = "canary-8261"


def main() -> None:
    """Attack, then grade a good submission, then look at what is left; for each attack."""
    rung, only = sys.argv[1], set(sys.argv[2:])
    os.environ["ENGINE_SECRET"] = CANARY_TEXT
    with tempfile.NamedTemporaryFile("w+", prefix="canary-") as canary:
        canary.write(CANARY_TEXT)
        canary.flush()
        Path(canary.name).chmod(0o666)
        with Engine(Settings(exercises=(), isolation=rung, slots=2)) as engine:
            grade(engine, GOOD)
            quiet = settled_processes(None)
            for attack in ATTACKS:
                if not only or attack.name in only:
                    print(json.dumps(outcome(engine, attack, Path(canary.name), quiet)), flush=True)


def outcome(engine: Engine, attack: Attack, canary: Path, quiet: int) -> dict[str, object]:
    """What the attack got, and what it left for the next one."""
    places = {
        "{canary}": canary,
        "{pack}": PACK.path,
        "{checks}": PACK.path / "checks",
        "{grader}": ROOT / "grader",
        "{home}": "/root",
    }
    source = attack.source
    for blank, place in places.items():
        source = source.replace(blank, str(place))
    began = time.monotonic()
    report = grade(engine, PRELUDE + source)
    seconds = time.monotonic() - began
    good = grade(engine, GOOD)
    return {
        "name": attack.name,
        "rung": engine.sandbox.rung,
        "status": report.status,
        "fault": report.fault,
        "verdicts": {check.name: check.verdict for check in report.checks},
        "stdout": report.stdout[:4000],
        "errors": [error.message[:300] for error in report.errors],
        "leaked": CANARY_TEXT in json.dumps(report.to_record()),
        "seconds": round(seconds, 2),
        "next_score": good.score,
        "canary_intact": canary.exists() and canary.read_text() == CANARY_TEXT,
        "processes_left": settled_processes(quiet) - quiet,
    }


def grade(engine: Engine, source: str):
    return engine.grade(PACK, Submission(source, "py", "attack.py"), seed=11)


def settled_processes(expected: int | None) -> int:
    """How many processes there are below this one, once the ended ones had time to be reaped."""
    deadline = time.monotonic() + (1.0 if expected is None else 5.0)
    while True:
        count = len(psutil.Process().children(recursive=True))
        if time.monotonic() > deadline or (expected is not None and count <= expected):
            return count
        time.sleep(0.02)


if __name__ == "__main__":
    main()
