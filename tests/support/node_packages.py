"""The packages of frontend/package-lock.json, installed beside a copy of the sources."""

import shutil
import subprocess
from pathlib import Path

from tests.support.tools import program

QUIET = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def sources_with_packages(root: Path, folder: Path) -> Path:
    """A copy of frontend/ in `folder`, ready to be built; needs npm's registry, by npm's own settings."""
    copy = folder / "frontend"
    shutil.copytree(root / "frontend", copy, ignore=shutil.ignore_patterns("node_modules"))
    command = [program("npm", "nodejs", "npm"), "ci", *QUIET]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"npm could not install what the lock names:\n{done.stderr[-2000:]}"
    return copy
