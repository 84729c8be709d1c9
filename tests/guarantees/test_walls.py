"""What a child is, seen from outside by the kernel's own account and from inside by what it can reach.

The children execute what they are sent (tests/support/plain_child.py); everything around them is the real thing.
"""

import errno
import re
import shutil
from pathlib import Path

import psutil
import pytest

from grader.errors import SandboxError
from grader.limits import Limits
from grader.sandbox import ladder, linux
from grader.sandbox.client import Sandbox
from grader.sandbox.service import SandboxService
from grader.sandbox.view import current_view
from tests.guarantees.conftest import family
from tests.support.requests import ask
from tests.support.rungs import IS_ROOT, RUNGS, launch

OWN_NAMESPACES = ("mnt", "pid", "ipc")
SERVER_NAMESPACES = ("net", "uts", "cgroup")


@pytest.fixture
def pair(start):
    """Two children at once, and the processes they are, as the host sees them."""
    service = start(spares=0)
    with Sandbox(service.connect()) as sandbox:
        children = []
        for _ in range(2):
            before = set(family(service))
            child = sandbox.open()
            (process,) = set(family(service)) - before
            children.append((child, process))
        yield children


def status(process: psutil.Process) -> dict[str, str]:
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def namespace(process: psutil.Process, kind: str) -> str:
    return str(Path(f"/proc/{process.pid}/ns/{kind}").readlink())


def namespaced(rung: str) -> bool:
    return RUNGS[rung][0] != "C"


# ------------------------------------------------------------------------------- the kernel's account


def test_a_child_has_no_capability_and_can_get_none(pair):
    for _, process in pair:
        facts = status(process)
        for kind in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            assert int(facts[kind], 16) == 0, kind
        assert facts["NoNewPrivs"] == "1"


def test_a_child_is_filtered_and_single_threaded(pair):
    for _, process in pair:
        facts = status(process)
        assert facts["Seccomp"] == "2"
        assert facts["Threads"] == "1"


def test_a_child_is_the_first_to_go_when_memory_runs_out(pair):
    for _, process in pair:
        assert Path(f"/proc/{process.pid}/oom_score_adj").read_text().strip() == "1000"


def test_a_child_has_every_limit_hard(pair):
    limits = Limits()
    expected = {
        "Max cpu time": limits.cpu_seconds,
        "Max address space": limits.address_space_bytes,
        "Max data size": limits.data_bytes,
        "Max file size": limits.file_bytes,
        "Max open files": limits.open_files,
        "Max stack size": limits.stack_bytes,
        "Max core file size": 0,
        "Max locked memory": 0,
        "Max msgqueue size": 0,
    }
    text = Path(f"/proc/{pair[0][1].pid}/limits").read_text()
    for name, value in expected.items():
        assert re.search(rf"^{name} +{value} +{value} ", text, re.MULTILINE), (name, text)


@pytest.mark.skipif(not IS_ROOT, reason="only root may read the namespaces of a process that is not dumpable")
def test_a_child_shares_no_namespace_with_the_host_or_its_sibling(pair, rung):
    if not namespaced(rung):
        pytest.skip("this rung has no namespaces")
    own = psutil.Process()
    (_, one), (_, other) = pair
    for kind in OWN_NAMESPACES:
        assert len({namespace(process, kind) for process in (own, one, other)}) == 3, kind
    for kind in SERVER_NAMESPACES:
        assert namespace(one, kind) != namespace(own, kind), kind


def test_two_children_have_two_users_where_root_can_give_them(pair, rung):
    uids = {process.uids() for _, process in pair}
    assert not any(0 in found for found in uids)
    assert len(uids) == (2 if rung in ("A", "C-root") else 1)


def test_a_child_has_four_descriptors_and_no_environment(pair):
    source = """
import os
for number in range(1024):
    try:
        os.fstat(number)
        print(number)
    except OSError:
        pass
print(dict(os.environ))
"""
    assert ask(pair[0][0], source).split("\n") == ["0", "1", "2", "3", "{}"]


def test_the_engines_environment_reaches_no_part_of_the_sandbox(rung, monkeypatch):
    monkeypatch.setenv("GRADER_TEST_SECRET", "s3cr3t-in-the-environment")
    service = launch(rung, child="tests.support.plain_child")
    try:
        for process in family(service):
            try:
                text = (
                    Path(f"/proc/{process.pid}/environ").read_bytes()
                    + Path(f"/proc/{process.pid}/cmdline").read_bytes()
                )
            except PermissionError:
                continue  # not dumpable: not even its own user may look
            assert b"s3cr3t" not in text
    finally:
        service.stop()


# ------------------------------------------------------------------------------------- seen from inside


def test_what_one_child_leaves_the_next_does_not_find(start, rung):
    write = "import os; open('left', 'w').write('x'); open('/tmp/left', 'w').write('x'); print(sorted(os.listdir('.')))"
    look = "import os; print(os.path.exists('left'), os.path.exists('/tmp/left'))"
    with Sandbox(start(slots=1, spares=0).connect()) as sandbox:
        for _ in range(2):
            with sandbox.open() as child:
                answer = ask(child, write)
                assert answer == "['left']" if namespaced(rung) else answer.startswith("PermissionError")
            with sandbox.open() as child:
                assert ask(child, look) == "False False"


def test_the_private_disk_is_small_and_its_files_are_few(start, rung):
    if not namespaced(rung):
        pytest.skip("this rung has no writable directory at all")
    fill = """
import errno
count = 0
try:
    while count < 100:
        with open(f"block{count}", "wb") as file:
            file.write(bytes(1 << 20))
        count += 1
except OSError as error:
    print(count, errno.errorcode[error.errno])
"""
    many = """
import errno
count = 0
try:
    while count < 100_000:
        open(f"/tmp/{count}", "w").close()
        count += 1
except OSError as error:
    print(count < 512, errno.errorcode[error.errno])
"""
    with Sandbox(start().connect()) as sandbox:
        with sandbox.open() as child:
            written, reason = ask(child, fill).split()
            assert int(written) <= Limits().box_bytes >> 20
            assert reason == "ENOSPC"
        with sandbox.open() as child:
            assert ask(child, many) == "True ENOSPC"


def test_no_directory_is_writable_without_namespaces(start, rung):
    if namespaced(rung):
        pytest.skip("here /box and /tmp are private and writable")
    source = """
import os
for path in ("/tmp", "/dev/shm", "/var/tmp", os.getcwd(), os.path.dirname(os.__file__), "/run", "/mnt"):
    try:
        open(os.path.join(path, "attack"), "w")
        print("wrote to", path)
    except OSError:
        pass
"""
    with Sandbox(start().connect()) as sandbox, sandbox.open() as child:
        assert ask(child, source) == ""


def test_the_root_holds_nothing_of_the_host_but_libraries(start, rung):
    if not namespaced(rung):
        pytest.skip("without namespaces the names are visible and the contents are not")
    source = """
import os
for directory, folders, files in os.walk("/"):
    if any(name in directory for name in ("site-packages/", "/lib/")):
        folders.clear()
        continue
    for name in files:
        print(os.path.join(directory, name))
"""
    with Sandbox(start().connect()) as sandbox, sandbox.open() as child:
        found = ask(child, source).split("\n")
    allowed = re.compile(
        r"/dev/(null|zero|random|urandom)|/etc/(ld\.so\.cache|localtime)|.*/(lib|lib64|fonts|zoneinfo|site-packages)/"
    )
    assert not [path for path in found if path and not allowed.match(path)]


def test_the_engine_the_packs_and_the_test_tools_are_not_there_to_be_read(start):
    source = """
import os, sys
for base in [*sys.path, HERE]:
    for name in ("grader/checks/api.py", "grader/packs.py", "grader/runner/plugin.py", "exercises", "submissions",
                 "pytest/__init__.py", "_pytest/python.py", "tests/guarantees/test_walls.py"):
        path = os.path.join(base, name)
        try:
            os.listdir(path) if os.path.isdir(path) else open(path).read()
            print("read", path)
        except OSError:
            pass
"""
    here = str(Path(__file__).resolve().parents[2])
    with Sandbox(start().connect()) as sandbox, sandbox.open() as child:
        assert ask(child, f"HERE = {here!r}\n{source}") == ""


# ------------------------------------------------------------------------------------------- refusing


@pytest.mark.skipif(not IS_ROOT, reason="tells root what it must not do")
def test_the_rung_for_ordinary_users_refuses_root():
    with pytest.raises(SandboxError, match=r"Rung B: it is for an ordinary user"):
        SandboxService.start("B")


def test_the_rung_for_root_refuses_an_ordinary_user():
    service = RUNGS["B"][1]
    with pytest.raises(SandboxError, match=r"Rung A: it needs root; to repair it"):
        service.start("A")


def test_an_unknown_rung_is_refused():
    with pytest.raises(SandboxError, match="knows no rung"):
        SandboxService.start("D")


@pytest.mark.skipif(not IS_ROOT or shutil.which("python3") is None, reason="needs root")
def test_without_namespaces_root_refuses_an_interpreter_its_children_could_not_read():
    from tests.support.ordinary_user import closed_ancestor, needed_paths

    if not any(closed_ancestor(path) for path in needed_paths()):
        pytest.skip("every user may read this interpreter")
    with pytest.raises(SandboxError, match=r"may not read .* interpreter that every user may read"):
        SandboxService.start("C")


def test_a_launch_that_fails_leaves_no_process():
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    with pytest.raises(SandboxError):
        SandboxService.start("D")
    assert {process.pid for process in psutil.Process().children(recursive=True)} <= before


@pytest.mark.skipif(not IS_ROOT, reason="only root can try the rung for root")
def test_where_pivot_root_is_refused_the_root_is_moved_and_is_as_tight(monkeypatch):
    def refuse(_new, _old):
        raise OSError(errno.EPERM, "pivot_root")

    claim, first_uid = ladder.claim_uids()
    assert ladder.trial("A", current_view(), first_uid) is None
    monkeypatch.setattr(linux, "pivot_root", refuse)
    assert ladder.trial("A", current_view(), first_uid) is None
    claim.close()


def test_two_fork_servers_never_share_a_uid():
    first, second = ladder.claim_uids(), ladder.claim_uids()
    assert first[1] != second[1]
    first[0].close()
    second[0].close()
