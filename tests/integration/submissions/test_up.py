"""`submissions up --demo` for real: it grades, ends on Ctrl-C, keeps what it had, and mends what is killed."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from submissions import demo, intake
from submissions.service import make_service
from submissions.settings import read_service_settings
from submissions.store import accounts, courses
from submissions.supervisor.valkey import Valkey, answers
from tests.support.waiting import eventually

PROGRAM = Path(sys.executable).with_name("submissions")
START_SECONDS, END_SECONDS = 120, 30
END_OF_START = {"en_GB.UTF-8": "Ctrl-C ends everything", "zh_CN.UTF-8": "按 Ctrl-C 结束服务"}

pytestmark = pytest.mark.slow


class Up:
    """A running service; `said` is what it has printed."""

    def __init__(self, data, port, language="en_GB.UTF-8", **settings):
        self.environment = os.environ | settings | {
            "SUBMISSIONS_DATA": str(data), "SUBMISSIONS_PORT": str(port), "LC_ALL": language, "PYTHONUTF8": "1",
        }  # fmt: skip
        self.settings = read_service_settings(self.environment)
        self.log = data.with_suffix(f".{language}.log")
        self.language = language

    @property
    def said(self):
        return self.log.read_text(encoding="utf-8")

    def __enter__(self):
        with self.log.open("wb") as output:
            command = [PROGRAM, "up", "--demo"]
            self.process = subprocess.Popen(
                command, env=self.environment, stdout=output, stderr=output, cwd=self.log.parent
            )
        ready = END_OF_START[self.language]
        started = eventually(lambda: ready in self.said or self.process.poll() is not None, START_SECONDS)
        assert started, self.said
        assert self.process.poll() is None, self.said
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def parts(self):
        return psutil.Process(self.process.pid).children()

    def everything(self):
        return psutil.Process(self.process.pid).children(recursive=True)

    def page(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.settings.port}/{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()

    def command(self, *words):
        return subprocess.run([PROGRAM, *words], env=self.environment, capture_output=True, text=True, check=False)

    def submit(self, pack_id="second-derivative"):
        """The score of a pack's solution handed in now by the demo's second student."""
        service = make_service(self.settings)
        course = courses.course_by_slug(service.db, demo.SLUG)
        found = {assignment.pack_id: assignment for assignment in courses.assignments(service.db, course.id)}
        user = accounts.user_by_login(service.db, "classmate")
        content = (service.packs.get(pack_id).path / "solution.py").read_bytes()
        submission = intake.submit(service, user, found[pack_id], content, "solution.py")
        graded = demo.wait_for_score(service, submission, 60)
        service.live.close()
        service.db.dispose()
        return graded.state, graded.score


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as trial:
        return trial.getsockname()[1]


def all_gone(processes):
    return not psutil.wait_procs(processes, timeout=END_SECONDS)[1]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The service's folder, in a place where a folder of students' files has the name of our package."""
    place = tmp_path_factory.mktemp("up")
    for name in ("submissions", "grader"):
        (place / name).mkdir()
        (place / name / "__init__.py").write_text("raise SystemExit('the wrong package')")
    return place / "data"


@pytest.fixture(scope="module")
def port():
    return free_port()


@pytest.fixture(scope="module")
def first(data, port):
    """The first start on a folder; ended by the last of the tests that use it, at the latest by the module's end."""
    with Up(data, port) as up:
        yield up


@pytest.fixture(scope="module")
def ended(first):
    """The first start after Ctrl-C; what it had started by then. The tests of the running one stand before."""
    everything = first.everything()
    first.process.send_signal(signal.SIGINT)
    first.process.wait(END_SECONDS)
    return everything


def test_the_first_start_grades_a_sample_and_says_who_can_sign_in(first):
    logins = json.loads((first.settings.data / demo.LOGINS_FILE).read_text())

    assert re.search(r"10 of 10 points", first.said)
    assert f"http://127.0.0.1:{first.settings.port}/" in first.said
    for login, kept in logins.items():
        assert re.search(rf"{login} +{kept['password']}", first.said)


def test_the_pages_answer(first):
    assert first.page("healthz")[0] == 200
    assert "</html>" in first.page("sign-in")[1]


def test_what_is_secret_is_for_the_owner_alone(first):
    for name in ("secret.key", demo.LOGINS_FILE, "valkey.sock", "grader.sock"):
        assert stat.S_IMODE((first.settings.data / name).stat().st_mode) & 0o077 == 0, name


def test_the_broker_and_the_grader_open_no_port(first):
    listening = {
        connection.laddr.port
        for process in first.everything()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {first.settings.port}


def test_the_doctor_finds_it_in_order(first):
    done = first.command("doctor", "--locale", "en")

    assert done.returncode == 0, done.stdout
    assert "FAIL" not in done.stdout
    assert "CAUTION" not in done.stdout


def test_a_second_start_on_the_same_folder_says_that_one_runs_already(first):
    done = first.command("up")

    assert done.returncode == 1
    assert str(first.process.pid) in done.stderr
    assert "Traceback" not in done.stderr


def test_another_folder_at_the_same_port_is_told_the_setting(first, tmp_path):
    environment = first.environment | {"SUBMISSIONS_DATA": str(tmp_path / "other"), "LC_ALL": "zh_CN.UTF-8"}
    done = subprocess.run([PROGRAM, "up"], env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert str(first.settings.port) in done.stderr
    assert "SUBMISSIONS_PORT" in done.stderr
    assert "占用" in done.stderr


def test_every_part_that_is_killed_comes_back_and_submissions_are_graded(first):
    before = {process.pid for process in first.parts()}
    assert len(before) == 5
    for process in first.parts():
        process.kill()

    assert eventually(lambda: len(first.parts()) == 5 and not before & {part.pid for part in first.parts()}, 30)
    assert first.submit() == ("graded", 10.0)
    assert eventually(lambda: first.command("doctor").returncode == 0, 60)
    assert first.said.count("SIGKILL") == 5


def test_ctrl_c_ends_everything(first, ended):
    assert first.process.returncode == 0
    assert all_gone(ended)
    assert "Everything has ended." in first.said
    assert "Traceback" not in first.said


def test_a_second_start_keeps_what_there_was_and_speaks_chinese(first, ended, data, port):
    with Up(data, port, "zh_CN.UTF-8") as again:
        service = make_service(again.settings)
        course = courses.course_by_slug(service.db, demo.SLUG)
        service.db.dispose()

        assert course.code in first.said
        assert course.code in again.said
        assert "得分 10 / 10" in again.said
        assert len(re.findall(r"submissions/(\w+)", first.said + again.said)) == 2
        assert len(set(re.findall(r"submissions/(\w+)", first.said + again.said))) == 1
        assert not re.search("ready|Starting|handed", again.said)

        everything = again.everything()
        again.process.kill()  # and whoever kills the supervisor itself leaves nothing behind
        again.process.wait()
        assert all_gone(everything)


def test_the_doctor_tells_what_does_not_run(ended, data, port):
    done = Up(data, port).command("doctor", "--locale", "en")

    assert done.returncode != 0
    assert done.stdout.count("FAIL") == 4  # broker, grader, worker, pages
    assert "submissions up" in done.stdout


def test_postgresql_and_a_broker_of_ones_own_are_used_and_left_alone(postgres, tmp_path):
    (tmp_path / "broker").mkdir()
    with Valkey.start(tmp_path / "broker") as broker:
        database = postgres.url(postgres.create())
        urls = {"SUBMISSIONS_DATABASE_URL": database, "SUBMISSIONS_BROKER_URL": broker.url}
        with Up(tmp_path / "data", free_port(), **urls) as up:
            assert "10 of 10 points" in up.said
            assert len(up.parts()) == 4
            assert not (tmp_path / "data" / "service.db").exists()
            up.process.send_signal(signal.SIGTERM)
            assert up.process.wait(END_SECONDS) == 0
        assert answers(broker.socket_path)
