"""How often something may be tried: by account, by address, and whatever the broker does."""

import signal
import time

from submissions.supervisor.valkey import Valkey
from tests.support.web import PASSWORD, make_site


def guess(site, login="ann", times=1, password="wrong wrong", address="10.0.0.1"):
    """The statuses of some attempts to sign in, all from one browser at an address."""
    browser = site.browser()
    token = browser.token()
    fields = {"login": login, "password": password, "csrf_token": token}
    environ = {"REMOTE_ADDR": address}
    return [browser.client.post("/sign-in", data=fields, environ_overrides=environ).status_code for _ in range(times)]


def test_guessing_a_password_ends_after_ten_tries(site):
    site.person("ann")

    assert guess(site, times=12) == [422] * 10 + [429] * 2
    assert guess(site, password=PASSWORD) == [429]


def test_one_account_s_limit_is_not_another_s_and_an_owner_elsewhere_gets_in(site):
    site.person("ann")
    site.person("bob")
    guess(site, times=11)

    assert guess(site, "bob", password=PASSWORD) == [303]
    assert guess(site, "ann", password=PASSWORD, address="10.0.0.2") == [303]


def test_case_and_width_of_a_login_make_no_new_counter(site):
    site.person("ann")
    guess(site, "ann", times=10)

    assert guess(site, " ANN") == [429]


def test_guesses_at_one_account_from_many_addresses_end_too(site):
    site.person("ann")
    statuses = [status for number in range(13) for status in guess(site, times=5, address=f"10.0.1.{number}")]

    assert statuses == [422] * 60 + [429] * 5


def test_guesses_at_many_accounts_from_one_address_end_too(site):
    statuses = [status for number in range(25) for status in guess(site, f"user{number}", times=5)]

    assert statuses == [422] * 120 + [429] * 5


def test_signing_in_rightly_is_never_limited(site):
    site.person("ann")

    assert {guess(site, password=PASSWORD)[0] for _ in range(15)} == {303}


def test_course_codes_can_not_be_guessed(site):
    browser = site.browser(site.person("ann"))
    token = browser.token()
    tries = [browser.client.post("/join", data={"code": f"C{n}", "csrf_token": token}).status_code for n in range(12)]

    assert tries == [422] * 10 + [429] * 2


def test_the_present_password_can_not_be_guessed_in_a_stolen_session(site):
    browser = site.browser(site.person("ann"))
    fields = {"old": "guess guess", "password": "another long secret", "csrf_token": browser.token()}

    assert [browser.client.post("/account/password", data=fields).status_code for _ in range(9)] == [422] * 8 + [429]


def test_a_refusal_says_when_to_come_back(site):
    site.person("ann")
    guess(site, times=10)
    browser = site.browser()
    answer = browser.client.post(
        "/sign-in", data={"login": "ann", "password": "x", "csrf_token": browser.token()},
        environ_overrides={"REMOTE_ADDR": "10.0.0.1"},
    )  # fmt: skip

    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert "Too many tries" in answer.get_data(as_text=True)


def test_counters_are_shared_at_the_broker_between_processes(tmp_path):
    with Valkey.start(tmp_path) as broker:
        sites = [make_site(tmp_path / str(number), broker_url=broker.url) for number in range(2)]
        counts = [guess(site, times=6) for site in sites]
        for site in sites:
            site.close()

    assert counts == [[422] * 6, [422] * 4 + [429] * 2]


def test_a_frozen_broker_delays_a_sign_in_by_seconds_and_the_limit_still_holds(tmp_path):
    with Valkey.start(tmp_path) as broker:
        site = make_site(tmp_path / "site", broker_url=broker.url)
        site.person("ann")
        broker.process.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        statuses = guess(site, times=12)
        seconds = time.monotonic() - begun
        broker.process.send_signal(signal.SIGCONT)
        site.close()

    assert statuses == [422] * 10 + [429] * 2
    assert seconds < 15
