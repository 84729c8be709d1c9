"""A running service, a browser, and readers of either language."""

import contextlib
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.support.browser import launch, reader
from tests.support.running_service import running_service

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    with running_service(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright, contextlib.closing(launch(playwright)) as launched:
        yield launched


@pytest.fixture
def open_browser(browser, service):
    """Open a browser for somebody: `open_browser("zh", viewport=PHONE)`."""
    with contextlib.ExitStack() as stack:
        yield lambda locale="en", **options: stack.enter_context(reader(browser, service.url, locale, **options))


@pytest.fixture
def student(open_browser, service):
    """The demo's student, signed in."""

    def sign_in(locale="en", login="student", **options):
        someone = open_browser(locale, **options)
        someone.sign_in(login, service.passwords[login])
        return someone

    return sign_in


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
