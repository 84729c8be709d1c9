"""Finding and sweeping control groups, on a directory that stands for the kernel's file system."""

import fcntl
import os

import pytest

from grader.errors import SandboxError
from grader.sandbox import cgroups


def version_two(root, controllers="cpu memory pids", enabled=""):
    own = root / "user.slice"
    own.mkdir()
    (own / "cgroup.controllers").write_text(controllers)
    (own / "cgroup.subtree_control").write_text(enabled)
    return own


def test_version_two_is_found_and_its_controllers_handed_down(tmp_path):
    own = version_two(tmp_path)
    assert cgroups.own_groups(tmp_path, "0::/user.slice\n") == (2, {"memory": own, "pids": own})
    assert (own / "cgroup.subtree_control").read_text() == "+memory +pids"


def test_version_two_with_controllers_already_handed_down_is_left_alone(tmp_path):
    own = version_two(tmp_path, enabled="memory pids")
    cgroups.own_groups(tmp_path, "0::/user.slice\n")
    assert (own / "cgroup.subtree_control").read_text() == "memory pids"


def test_version_two_without_the_memory_controller_says_so(tmp_path):
    version_two(tmp_path, controllers="cpu pids")
    with pytest.raises(SandboxError, match="no memory controller"):
        cgroups.own_groups(tmp_path, "0::/user.slice\n")


def test_version_one_is_preferred_where_its_controllers_are_mounted(tmp_path):
    for name, limit in (("memory", "memory.limit_in_bytes"), ("pids", "pids.max")):
        (tmp_path / name / "job").mkdir(parents=True)
        (tmp_path / name / "job" / "cgroup.procs").write_text("")
        (tmp_path / name / "job" / limit).write_text("")
    text = "8:pids:/job\n4:memory:/job\n0::/\n"
    expected = {"memory": tmp_path / "memory" / "job", "pids": tmp_path / "pids" / "job"}
    assert cgroups.own_groups(tmp_path, text) == (1, expected)


def test_a_machine_without_groups_says_so(tmp_path):
    with pytest.raises(SandboxError, match="no control group file system"):
        cgroups.own_groups(tmp_path, "0::/\n")


def test_groups_of_the_dead_are_swept_and_of_the_living_kept(tmp_path):
    dead, living = tmp_path / "grader-sandbox-dead", tmp_path / "grader-sandbox-living"
    for top in (dead, living):
        (top / "seat0").mkdir(parents=True)
    (tmp_path / "somebody-elses").mkdir()
    lock = os.open(living, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert cgroups.sweep(tmp_path) == 1
    finally:
        os.close(lock)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["grader-sandbox-living", "somebody-elses"]


def test_a_memory_kill_is_counted(tmp_path):
    (tmp_path / "memory.events").write_text("low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\n")
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        assert cgroups.Seat(2, {"memory": descriptor}).memory_kills() == 2
        assert cgroups.Seat(2, {}).memory_kills() == 0
    finally:
        os.close(descriptor)
