"""The embedded broker runs for real: it keeps what it was told, and ends with whoever started it."""

import os
import signal
import stat
import subprocess
import sys

import psutil
import pytest
import redis

from submissions.supervisor.valkey import BrokerFailed, Valkey, answers


def test_it_answers_and_keeps_what_it_was_told_when_killed(tmp_path):
    first = Valkey.start(tmp_path)
    redis.Redis(unix_socket_path=str(first.socket_path)).set("word", "kept")
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()

    with Valkey.start(tmp_path) as second:
        assert redis.Redis(unix_socket_path=str(second.socket_path)).get("word") == b"kept"


def test_only_its_owner_can_open_the_socket(tmp_path):
    with Valkey.start(tmp_path) as server:
        assert stat.S_IMODE(server.socket_path.stat().st_mode) == 0o700
        assert not psutil.Process(server.process.pid).net_connections("tcp")


def test_a_server_that_answers_is_used_and_left_alone(tmp_path):
    with Valkey.start(tmp_path) as first:
        with Valkey.start(tmp_path) as second:
            assert second.process is None
        assert answers(first.socket_path)


def test_a_server_that_does_not_start_leaves_its_last_words(tmp_path, monkeypatch):
    program = tmp_path / "broken"
    program.write_text("#!/bin/sh\necho the disk is on fire\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("VALKEY_BIN", str(program))

    with pytest.raises(BrokerFailed, match="the disk is on fire"):
        Valkey.start(tmp_path)


def test_it_is_not_left_behind_when_its_starter_is_killed(tmp_path):
    program = (
        "import sys, time; from pathlib import Path; from submissions.supervisor.valkey import Valkey\n"
        "print(Valkey.start(Path(sys.argv[1])).process.pid, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", program, tmp_path], stdout=subprocess.PIPE)
    server = psutil.Process(int(starter.stdout.readline()))
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    starter.stdout.close()

    psutil.wait_procs([server], timeout=10)
    assert not server.is_running()
