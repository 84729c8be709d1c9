"""dev.py runs on a bare Python, says what is wrong in the reader's language, and does nothing twice."""

import ast
import json
import os
import re
import signal
import string
import subprocess
import sys
import time
import zipfile

import pytest

import dev
from tools import texts


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """dev.py as if it lay in an empty folder, so that no test touches the real .venv."""
    for name in ("pyproject.toml", "constraints.txt", "dev.py"):
        (tmp_path / name).write_bytes((dev.ROOT / name).read_bytes())
    for name, place in {"ROOT": ".", "VENV": ".venv", "PYTHON": ".venv/bin/python", "VAR": "var"}.items():
        monkeypatch.setattr(dev, name, tmp_path / place)
    monkeypatch.setattr(dev, "STAMP", tmp_path / ".venv" / "setup.stamp")
    monkeypatch.setattr(dev, "LOG", tmp_path / "var" / "setup.log")
    (tmp_path / "var").mkdir()
    return tmp_path


@pytest.mark.parametrize("name", ["dev.py", "tools/texts.py", "tools/samples.py"])
def test_it_needs_only_the_standard_library(name, root):
    tree = ast.parse((root / name).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert {module.partition(".")[0] for module in imported} <= sys.stdlib_module_names | {"tools"}


def test_it_can_be_read_by_a_python_too_old_to_run_it(root):
    for name in ("dev.py", "tools/texts.py", "tools/samples.py"):
        ast.parse((root / name).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_every_sentence_has_the_same_blanks_in_both_languages():
    def blanks(sentence):
        return sorted({name for _, name, _, _ in string.Formatter().parse(sentence) if name})

    assert not [key for key, (english, chinese) in texts.TEXTS.items() if blanks(english) != blanks(chinese)]


@pytest.mark.parametrize(
    ("locale", "language"), [("zh_CN.UTF-8", "zh"), ("zh_TW", "zh"), ("en_GB.UTF-8", "en"), ("C", "en"), ("", "en")]
)
def test_it_speaks_the_language_of_the_environment(locale, language, monkeypatch):
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LANG", locale)

    assert texts.language() == language


@pytest.mark.parametrize(
    ("output", "key"),
    [
        ("OSError: [Errno 28] No space left on device", "disk_full"),
        ("NewConnectionError: Temporary failure in name resolution\nNo matching distribution found", "no_network"),
        ("SSLError(SSLCertVerificationError(1, 'CERTIFICATE_VERIFY_FAILED'))", "certificate"),
        ("ERROR: No matching distribution found for torch==2.13.0", "no_wheel"),
    ],
)
def test_a_failed_step_names_its_cause(output, key):
    sentence = dev.explain("a step", output)

    assert sentence == texts.text(key, title="a step", log=dev.LOG, python=sys.version.split()[0])


def test_an_unknown_failure_shows_the_end_of_its_output_and_where_the_rest_is(elsewhere):
    with pytest.raises(texts.SetupError) as caught:
        dev.step("a step", [sys.executable, "-c", "print('first'); raise SystemExit('the last words')"])

    assert "the last words" in str(caught.value)
    assert str(dev.LOG) in str(caught.value)


def test_an_old_python_is_told_so(monkeypatch):
    monkeypatch.setattr(dev, "OLDEST", (3, 99))
    monkeypatch.setattr(dev.shutil, "which", lambda _: None)

    with pytest.raises(texts.SetupError, match=sys.version.split()[0]):
        dev.require_python()


def test_a_full_disk_is_told_before_anything_is_written(elsewhere, monkeypatch):
    monkeypatch.setattr(dev, "ROOM_NEEDED", 10**18)

    with pytest.raises(texts.SetupError, match="GB"):
        dev.setup()
    assert not dev.VENV.exists()


def test_setup_is_done_once_and_again_when_what_it_depends_on_changes(elsewhere, monkeypatch):
    done = []
    monkeypatch.setattr(dev, "make_venv", lambda: dev.PYTHON.parent.mkdir(parents=True, exist_ok=True))
    monkeypatch.setattr(dev, "install", lambda: (done.append(1), dev.PYTHON.touch()))

    dev.setup()
    dev.setup()
    assert len(done) == 1

    (elsewhere / "constraints.txt").write_text("torch==0.0.1\n")
    dev.setup()
    assert len(done) == 2


def test_a_setup_that_failed_is_tried_again(elsewhere, monkeypatch):
    def fail():
        raise texts.SetupError("no network")

    monkeypatch.setattr(dev, "make_venv", lambda: dev.PYTHON.parent.mkdir(parents=True, exist_ok=True))
    monkeypatch.setattr(dev, "install", fail)

    for _ in range(2):
        with pytest.raises(texts.SetupError):
            dev.setup()


def test_a_working_venv_is_kept_whoever_made_it(monkeypatch):
    monkeypatch.setattr(dev, "VENV", type(dev.ROOT)(sys.prefix))
    monkeypatch.setattr(dev, "PYTHON", type(dev.ROOT)(sys.executable))
    monkeypatch.setattr(dev, "step", lambda *_: pytest.fail("it was made again"))

    dev.make_venv()


@pytest.mark.parametrize(
    ("version", "needs", "fetches"),
    [
        ("2.13.0+cpu", [], False),
        ("2.13.0", ["numpy"], False),
        ("2.13.0", ["nvidia-cublas==13; platform_system == 'Linux'", "triton==3"], True),
    ],
)
def test_uv_is_asked_only_where_pip_would_take_the_gpu_build(version, needs, fetches, elsewhere, monkeypatch):
    steps = []

    def step(title, command):
        steps.append(title)
        return json.dumps({"install": [{"metadata": {"version": version, "requires_dist": needs}}]})

    monkeypatch.setattr(dev, "step", step)
    dev.install_cpu_torch("torch==2.13.0")

    assert (texts.text("cpu_torch") in steps) == fetches


def test_without_the_cpu_build_the_ordinary_one_is_taken_with_a_warning(elsewhere, monkeypatch, capsys):
    def step(title, command):
        if title != texts.text("finding_torch"):
            raise texts.SetupError("uv can't reach it")
        return '{"install": [{"metadata": {"version": "2.13.0", "requires_dist": ["triton"]}}]}'

    monkeypatch.setattr(dev, "step", step)
    dev.install_cpu_torch("torch==2.13.0")

    assert "GB" in capsys.readouterr().out


def test_only_root_installs_system_packages_and_others_are_told_the_command(monkeypatch):
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)

    with pytest.raises(texts.SetupError, match="sudo apt-get install libseccomp2"):
        dev.install_os_package("libseccomp2")


def test_an_unknown_command_is_told_the_known_ones(root):
    done = subprocess.run([sys.executable, "dev.py", "fly"], cwd=root, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "run" in done.stdout


def test_run_becomes_the_service_so_that_signals_reach_it(monkeypatch):
    became = []
    monkeypatch.setattr(dev.os, "execv", lambda program, arguments: became.append((program, arguments)))
    monkeypatch.setattr(dev.os, "chdir", became.append)

    dev.run()

    program = str(dev.BIN / "submissions")
    assert became == [dev.ROOT, (program, [program, "up", "--demo"])]


def test_continuous_integration_runs_the_command_of_the_readme(root):
    script = (root / ".ci" / "run").read_text(encoding="utf-8")

    assert os.access(root / ".ci" / "run", os.X_OK)
    assert re.search(r"^exec python3 dev\.py test\b", script, re.MULTILINE)


def test_an_interrupted_step_leaves_no_process_behind(elsewhere):
    program = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[1]); import dev\n"
        "dev.LOG = pathlib.Path(sys.argv[2]) / 'log'\n"
        "sleep = 'import os, time; open(%r, \"w\").write(str(os.getpid())); time.sleep(60)' % (sys.argv[2] + '/pid')\n"
        "dev.step('sleep', [sys.executable, '-c', sleep])\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, dev.__file__.rpartition("/")[0], elsewhere], stderr=-3)
    child = wait_for_pid(elsewhere / "pid")
    parent.send_signal(signal.SIGINT)

    assert parent.wait(timeout=10) != 0
    assert not is_running(child)


def wait_for_pid(path, seconds=20):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if path.exists() and path.read_text():
            return int(path.read_text())
        time.sleep(0.02)
    raise AssertionError("the step never began")


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_the_wheel_ships_the_exercises_outside_site_packages(root, tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run(command, cwd=root, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()

    shipped = [name for name in names if name.endswith("/pack.toml")]
    assert shipped
    assert all(".data/data/share/autodiff-grader/exercises/" in name for name in shipped)
    roots = {name.partition("/")[0] for name in names}
    assert {entry for entry in roots if "autodiff_grader" not in entry} == {"grader", "submissions"}
    paths = [path for package in ("grader", "submissions") for path in root.glob(f"{package}/**/*")]
    needed = {path.relative_to(root).as_posix() for path in paths if path.is_file()}
    assert not {name for name in needed if "__pycache__" not in name} - set(names)


def test_the_environment_is_passed_on_untouched(root):
    tree = ast.parse((root / "dev.py").read_text(encoding="utf-8"))
    keywords = {keyword.arg for node in ast.walk(tree) if isinstance(node, ast.Call) for keyword in node.keywords}

    assert "env" not in keywords
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Subscript) and "environ" in ast.dump(node)]
