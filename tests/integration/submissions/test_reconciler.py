"""The bell and the reconciler: what waits is heard of within a second or so, whatever the broker does."""

import os
import signal
import threading
import time
from dataclasses import replace

import pytest
import redis

from submissions import jobs
from submissions.jobs import Bell
from submissions.reconciler import Leadership, Reconciler
from submissions.settings import read_service_settings
from submissions.store import queue
from submissions.supervisor.valkey import Valkey
from tests.support.databases import MovableClock
from tests.support.queue_world import world
from tests.support.waiting import eventually


@pytest.fixture
def broker(tmp_path):
    with Valkey.start(tmp_path / "v") as running:
        yield running


@pytest.fixture
def settings(tmp_path):
    given = {"SUBMISSIONS_DATA": str(tmp_path / "d"), "SUBMISSIONS_BROKER_URL": f"unix://{tmp_path}/v/valkey.sock"}
    return replace(read_service_settings(given), slots=2)


@pytest.fixture
def bell(settings):
    made = Bell(settings)
    yield made
    made.close()


@pytest.fixture
def course(database):
    return world(database)


@pytest.fixture
def reconciler(course, bell):
    made = Reconciler(course.db, bell)
    yield made
    made.close()


def tickets(broker):
    with redis.Redis(unix_socket_path=str(broker.socket_path)) as client:
        return client.llen(jobs.QUEUE)


def seconds(action):
    began = time.monotonic()
    action()
    return time.monotonic() - began


def test_ringing_leaves_a_ticket_and_never_more_than_enough(broker, bell):
    assert bell.ring()
    assert tickets(broker) == 1
    for _ in range(3 * bell.enough):
        assert bell.ring()
    assert tickets(broker) == bell.enough


def test_ringing_a_dead_broker_is_quick_and_silent(settings):
    assert seconds(lambda: jobs.ring(settings)) < 2.0
    assert seconds(lambda: jobs.ring(settings)) < 0.1


def test_ringing_a_frozen_broker_waits_once_and_not_long(broker, bell):
    assert bell.ring()
    broker.process.send_signal(signal.SIGSTOP)
    try:
        assert seconds(bell.ring) < 4.0
        assert seconds(lambda: [bell.ring() for _ in range(20)]) < 0.5
    finally:
        broker.process.send_signal(signal.SIGCONT)


def test_a_round_rings_for_what_waits_and_not_for_more(course, broker, reconciler):
    assert reconciler.round()
    assert tickets(broker) == 0
    for _ in range(3):
        course.hand_in(course.student(), course.assignment())
    for _ in range(2):
        assert reconciler.round()
        assert tickets(broker) == 3


def test_a_round_without_a_broker_still_takes_back_what_was_lost(course, reconciler):
    submission = course.hand_in(course.student(), course.assignment())
    queue.claim(course.db, "worker")
    course.db.skew = 100
    assert reconciler.round()
    assert course.again(submission).state == "queued"


def test_one_of_many_leads_and_another_takes_over(database):
    others = [MovableClock(database.url.render_as_string(hide_password=False)) for _ in range(2)]
    one, two = (Leadership(other) for other in others)
    try:
        assert one.held()
        assert one.held()
        assert not two.held()
        one.release()
        assert two.held()
        assert not one.held()
    finally:
        for each in (one, two):
            each.release()
        for other in others:
            other.dispose()


def test_it_runs_until_it_is_told_finds_what_comes_meanwhile_and_shows_that_it_lives(
    course, broker, reconciler, tmp_path
):
    over = threading.Event()
    beat = tmp_path / "beat"
    running = threading.Thread(target=reconciler.run, args=(over, 0.05, beat))
    running.start()
    try:
        course.hand_in(course.student(), course.assignment())
        assert eventually(lambda: tickets(broker) == 1)
        os.utime(beat, (0, 0))
        assert eventually(lambda: beat.stat().st_mtime > 0)
    finally:
        over.set()
        running.join(10)
    assert not running.is_alive()
