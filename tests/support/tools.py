"""Programs that only tests need and pip can't bring: Debian's Node and Chromium."""

import os
import shutil
import subprocess

import pytest


def program(name: str, *packages: str) -> str:
    """The path of a program; installs Debian's packages where it is missing and this is root. Fails with the reason."""
    found = shutil.which(name)
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _quietly("apt-get", "update", "-qq")
        _quietly("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)
        found = shutil.which(name)
    if found is None:
        pytest.fail(f"{name} is needed and missing, and only root may install it: apt-get install {' '.join(packages)}")
    return found


def _quietly(*command: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env=environment)
