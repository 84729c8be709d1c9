"""A wheel, built and installed into an empty environment elsewhere, grades a submission."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(*command, cwd):
    environment = {name: value for name, value in os.environ.items() if name != "GRADER_EXERCISES"}
    result = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    return result.stdout


def test_an_installed_wheel_grades_with_the_packs_it_brought_along(tmp_path):
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "-q")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(tmp_path), str(ROOT), cwd=tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    elsewhere = tmp_path / "elsewhere"
    run(sys.executable, "-m", "venv", "--without-pip", str(elsewhere), cwd=tmp_path)
    run(*pip, "--python", str(elsewhere), "install", "--no-deps", str(wheel), cwd=tmp_path)
    # torch and the other dependencies are read where they are: installing them again would take a minute.
    site = next(elsewhere.glob("lib/python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    answer = tmp_path / "answer.py"
    answer.write_text((ROOT / "exercises" / "plot-sin" / "solution.py").read_text(encoding="utf-8"), encoding="utf-8")
    report = json.loads(run(elsewhere / "bin" / "grader", "grade", "plot-sin", answer, "--json", cwd=tmp_path))
    assert (report["status"], report["score"]) == ("graded", report["max_score"])
    location = run(elsewhere / "bin" / "python", "-c", "import grader; print(grader.__file__)", cwd=tmp_path)
    assert str(elsewhere) in location
