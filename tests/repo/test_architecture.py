"""ARCHITECTURE.md's arrows hold, also where a linter cannot see."""

import json
import subprocess
import sys

import pytest

# Loaded in a bare interpreter; prints what came along.
PROBE = "import sys, json, importlib; importlib.import_module(sys.argv[1]); print(json.dumps(sorted(sys.modules)))"


def modules_loaded_by(name: str) -> set[str]:
    done = subprocess.run([sys.executable, "-I", "-c", PROBE, name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_import_contracts_hold(root):
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-logo"], cwd=root, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_a_package_loads_nothing(root):
    full = [path for path in root.glob("grader/**/__init__.py") if path.read_bytes().strip()]

    assert not full, f"these must stay empty, or a student can read what they load: {full}"


@pytest.mark.parametrize("name", ["grader.sandbox.forkserver", "grader.sandbox.child"])
def test_the_sandbox_loads_nothing_a_student_must_not_read(name):
    loaded = modules_loaded_by(name)

    secret = ("pytest", "_pytest", "grader.checks", "grader.packs", "grader.runner", "grader.cli", "submissions")
    assert not [module for module in loaded if module.startswith(secret)]


@pytest.mark.parametrize(
    "name", ["grader.cli.main", "grader.runner.engine", "grader.sandbox.service", "grader.sandbox.client"]
)
def test_the_engine_process_never_loads_torch(name):
    heavy = {"torch", "matplotlib", "pytest"} & modules_loaded_by(name)

    assert not heavy, f"{name} pulls in {heavy}: a queue worker or a command would pay seconds and 200 MB for it"


def test_the_engine_knows_no_service():
    loaded = modules_loaded_by("grader.cli.main")

    assert not {"submissions", "flask", "sqlalchemy", "celery"} & loaded
