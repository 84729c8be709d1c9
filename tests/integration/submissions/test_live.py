"""Live hints over a real broker: they reach every open page, and a broker that is dead or frozen breaks none."""

import contextlib
import gc
import os
import signal
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from submissions import live as live_module
from submissions.live import CHANGED, NOTHING_NEW, Live
from submissions.supervisor.valkey import Valkey
from tests.support.waiting import eventually


@pytest.fixture
def broker():
    with tempfile.TemporaryDirectory(prefix="lv") as folder, Valkey.start(Path(folder)) as server:
        yield server
        with contextlib.suppress(ProcessLookupError):
            server.process.send_signal(signal.SIGCONT)


@pytest.fixture
def live(broker):
    made = Live(broker.url)
    yield made
    made.close()


def record(name, verdict="passed"):
    return {"name": name, "verdict": verdict, "title": {"en": "Title", "zh": "标题"}}


def connected(stream):
    """The stream, once its process hears the broker."""
    assert eventually(lambda: stream._listener.connected)
    stream._event = None
    return stream


def clients(broker):
    with contextlib.closing(redis.Redis.from_url(broker.url)) as client:
        return [one for one in client.client_list() if one["psub"] != "0"]


def test_an_event_reaches_every_page_of_its_submission_and_no_other(live):
    with live.listen("a", 30) as first, live.listen("a", 30) as second, live.listen("b", 1.5) as other:
        for stream in (first, second, other):
            connected(stream)
        live.announce("a", "done")
        assert next(first) == next(second) == "done"
        assert list(other) in ([], [NOTHING_NEW])


def test_what_is_told_between_listening_and_reading_the_rows_is_not_missed(live):
    with live.listen("z", 30) as before:
        connected(before)
        stream = live.listen("a", 30)
        live.announce("a", "done")
        assert eventually(lambda: stream._event == "done")
        assert next(stream) == "done"
        stream.close()


def test_a_hundred_pages_need_one_connection(live, broker):
    streams = [live.listen(str(number), 30) for number in range(100)]
    connected(streams[0])
    assert len(clients(broker)) == 1
    threads = threading.active_count()
    for number, stream in enumerate(streams):
        live.announce(str(number), "done")
        assert eventually(lambda stream=stream: stream._event == "done")
    assert threading.active_count() == threads
    for stream in streams:
        stream.close()


def test_a_page_that_is_closed_or_forgotten_frees_its_place(live, monkeypatch):
    monkeypatch.setattr(live_module, "MOST_STREAMS", 3)
    kept = [live.listen("a", 30) for _ in range(3)]
    assert live.full
    assert list(live.listen("a", 30)) == []
    kept.pop().close()
    assert not live.full
    kept.clear()
    gc.collect()
    with live.listen("a", 0.2) as stream:
        assert stream._listener.count == 1


def test_a_stream_ends_when_its_time_is_over(live):
    began = time.monotonic()
    assert all(event in (CHANGED, NOTHING_NEW) for event in live.listen("a", 0.5))
    assert 0.4 < time.monotonic() - began < 3


def test_the_checks_of_a_running_grading_come_back_in_their_order_each_once(live, broker):
    for name, verdict in (("first", "passed"), ("second", "failed"), ("first", "failed")):
        live.check("a", 7, record(name, verdict))
    live.check("a", 8, record("other"))
    assert [(one["name"], one["verdict"]) for one in live.progress("a", 7)] == [
        ("first", "failed"),
        ("second", "failed"),
    ]
    assert live.progress("a", 7)[0]["title"]["zh"] == "标题"
    assert live.progress("b", 7) == []
    with contextlib.closing(redis.Redis.from_url(broker.url)) as client:
        assert all(0 < client.ttl(key) <= live_module.PROGRESS_SECONDS for key in client.keys("*"))


def test_a_check_is_heard_of(live):
    with live.listen("a", 30) as stream:
        connected(stream)
        live.check("a", 7, record("first"))
        assert next(stream) == "check"
        assert live.progress("a", 7) == [record("first")]


def test_checks_that_end_together_are_told_together_and_the_end_is_told_at_once(live):
    with live.listen("a", 30) as stream:
        connected(stream)
        told = []

        def read():
            for event in stream:
                told.append((event, time.monotonic()))
                if event == "graded":
                    return

        reader = threading.Thread(target=read)
        reader.start()
        for number in range(40):
            live.check("a", 7, record(str(number)))
        ended = time.monotonic()
        live.announce("a", "graded")
        reader.join(10)
        assert told[-1][0] == "graded"
        assert told[-1][1] - ended < live_module.PACE_SECONDS
        seconds = ended - told[0][1]
        assert len(told) <= 3 + seconds / live_module.PACE_SECONDS


def timed(action):
    began = time.monotonic()
    action()
    return time.monotonic() - began


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP])
def test_without_a_broker_nothing_raises_and_a_page_waits_for_it_once(live, broker, harm):
    live.announce("a", "running")
    broker.process.send_signal(harm)
    waited = timed(lambda: live.progress("a", 7))
    assert waited < 1.5
    assert live.progress("a", 7) == []
    again = timed(lambda: [live.announce("a", "x") or live.check("a", 7, record("c")) or live.progress("a", 7)] * 5)
    assert again < 0.1, "after a failure the broker is left alone"


def test_without_a_broker_the_streams_ask_the_reader_to_look_every_second(tmp_path):
    nobody = Live(f"unix://{tmp_path}/nobody")
    with nobody.listen("a", 2.5) as stream:
        assert list(stream)[:2] == [CHANGED, CHANGED]
    nobody.close()


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP])
def test_when_the_broker_comes_back_everybody_looks_and_hears_again(live, broker, harm, monkeypatch):
    monkeypatch.setattr(live_module, "SILENT_SECONDS", 2.0)
    with live.listen("a", 60) as stream:
        connected(stream)
        broker.process.send_signal(harm)
        assert eventually(lambda: not stream._listener.connected, 15)
        if harm == signal.SIGSTOP:
            broker.process.send_signal(signal.SIGCONT)
            connected(stream)
            assert eventually(lambda: announced(live, stream))
        else:
            broker.process.wait()
            with Valkey.start(broker.socket_path.parent):
                connected(stream)
                assert eventually(lambda: announced(live, stream))


def announced(live, stream):
    live.announce("a", "done")
    return next(stream) == "done"


def test_a_fork_of_the_process_hears_by_itself(live):
    with live.listen("a", 30) as stream:
        connected(stream)
        near, far = os.pipe()
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException), live.listen("b", 20) as own:
                connected(own)
                os.write(far, b"r")
                os.write(far, next(own).encode())
            os._exit(0)
        os.close(far)
        assert os.read(near, 1) == b"r"
        live.announce("b", "done")
        assert os.read(near, 10) == b"done"
        os.close(near)
        os.waitpid(child, 0)


def test_many_threads_may_tell_and_listen_at_once(live):
    def page(number):
        with live.listen(str(number), 30) as stream:
            connected(stream)
            live.announce(str(number), "done")
            return next(event for event in stream if event == "done")

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(page, range(60))) == ["done"] * 60
