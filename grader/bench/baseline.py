"""The alternatives measured beside the engine: a cold `python -m pytest`, and the bare student's code."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from grader.errors import SandboxError
from grader.packs import Pack
from grader.submission import Submission

PACKAGE_ROOT = str(Path(__file__).resolve().parent.parent.parent)


def cold_pytest_ms(pack: Pack, submission: Submission) -> float:
    """Milliseconds for a fresh `python -m pytest` to run the pack's checks on `submission`, without any sandbox."""
    with tempfile.NamedTemporaryFile("w", suffix=f".{submission.kind}", encoding="utf-8") as file:
        file.write(submission.source)
        file.flush()
        command = [sys.executable, "-m", "pytest", "-q", "-p", "grader.bench.cold_plugin", "-p", "no:cacheprovider"]
        command += [f"--rootdir={pack.path}", f"--confcutdir={pack.path}", "-c", os.devnull, "--import-mode=importlib"]
        environment = {**os.environ, "PYTHONPATH": PACKAGE_ROOT, "BENCH_SUBMISSION": file.name, "OMP_NUM_THREADS": "1"}
        began = time.perf_counter()
        result = subprocess.run(
            [*command, str(pack.path / "checks")], env=environment, capture_output=True, text=True, check=False
        )
    if result.returncode != 0:
        raise SandboxError(f"The cold baseline failed: {result.stdout[-2000:]}{result.stderr[-500:]}")
    return 1000 * (time.perf_counter() - began)


def bare_code_ms(submission: Submission, rounds: int) -> list[float]:
    """Milliseconds that the submission takes when a warm interpreter just executes it, forked once for each round."""
    program = [sys.executable, "-m", "grader.bench.bare_code", str(rounds)]
    environment = {**os.environ, "PYTHONPATH": PACKAGE_ROOT, "OMP_NUM_THREADS": "1"}
    result = subprocess.run(
        program, input=submission.source, env=environment, capture_output=True, text=True, check=True
    )
    return [float(line) for line in result.stdout.split()]
