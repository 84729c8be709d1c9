"""Passwords cost what they should, a few at a time."""

import threading

import pytest

from submissions.auth import passwords
from submissions.auth.passwords import Passwords, TooBusyError, weakness


@pytest.fixture
def hasher():
    return Passwords(passes=1, kibibytes=8, lanes=1, at_once=1, wait_seconds=0.01)


def test_production_hashes_are_argon2id_at_the_recommended_cost():
    stored = Passwords().hash("correct horse battery")

    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (passwords.PASSES, passwords.KIBIBYTES, passwords.LANES) == (3, 65536, 4)


def test_a_hash_knows_its_password_and_no_other(hasher):
    stored = hasher.hash("correct horse battery")

    assert hasher.matches(stored, "correct horse battery")
    assert not hasher.matches(stored, "correct horse batterx")
    assert not hasher.matches("no hash at all", "correct horse battery")
    assert hasher.hash("correct horse battery") != stored


def test_without_a_stored_hash_nothing_matches(hasher):
    assert not hasher.matches(None, "")
    assert not hasher.matches("", "")


def test_more_hashes_than_allowed_wait_and_then_give_up(hasher):
    inside, leave = threading.Event(), threading.Event()

    def occupy():
        with hasher._place():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=occupy)
    thread.start()
    assert inside.wait(10)
    with pytest.raises(TooBusyError):
        hasher.hash("correct horse battery")
    leave.set()
    thread.join()
    assert hasher.hash("correct horse battery")


def test_a_failed_hash_gives_its_place_back(hasher):
    for _ in range(3):
        assert not hasher.matches("broken", "x")


@pytest.mark.parametrize(("password", "login", "fault"), [
    ("correct horse battery", "ann", None),
    ("密码要足够长而且不重复", "ann", None),
    ("123456789", "ann", "password_short"),
    ("x1y2" * 65, "ann", "password_long"),
    ("aaaaaaaabbbb", "ann", "password_simple"),
    ("MySeCrEt-AnnLee", "annlee", "password_simple"),
])  # fmt: skip
def test_a_password_that_is_easily_guessed_is_not_taken(password, login, fault):
    assert weakness(password, login) == fault
