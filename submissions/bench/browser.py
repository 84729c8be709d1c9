"""A student's browser, as far as the server can tell: cookies, tokens in forms, a page that follows its submission."""

from __future__ import annotations

import contextlib
import html
import http.client
import itertools
import re
import select
import time
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from grader.errors import GraderError
from submissions.bench.running import HOST

SECONDS = 60.0
# The server closes a connection that was silent for longer.
IDLE_SECONDS = 3.0
POLL_SECONDS = 2.0
SEE_OTHER, TOO_MANY = 303, 503
FIELD = re.compile(r'name="(csrf_token|request_key)" value="([^"]*)"')
STATE = re.compile(r'data-state="(\w+)"')
WAITING = ("queued", "running", "")


class UnexpectedAnswer(GraderError):  # noqa: N818 - what is measured did something else
    """The service answered with another status than the measurement needs."""


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many milliseconds."""

    status: int
    location: str
    body: str
    ms: float

    @property
    def state(self) -> str:
        """The state of the submission that the page shows."""
        found = STATE.search(self.body)
        return found[1] if found else ""


class Browser:
    """One student's. Not for several threads at once."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._cookies = {"login": token}
        self._connection: http.client.HTTPConnection | None = None
        self._used = 0.0

    def get(self, path: str, expected: int = 200) -> Answer:
        """Fetch a page."""
        return self._ask("GET", path, None, expected)

    def form(self, path: str) -> dict[str, str]:
        """The hidden fields of the form on a page."""
        return {name: html.unescape(value) for name, value in FIELD.findall(self.get(path).body)}

    def hand_in(self, path: str, fields: dict[str, str], source: str) -> Answer:
        """Send the form of an exercise; the location of the answer is the submission's page."""
        return self._ask("POST", path, urlencode({**fields, "source": source}), SEE_OTHER)

    def follow(self, page: str, seconds: float = SECONDS) -> Answer:
        """Look at a submission's page until it shows the end, as its script does: by events, else by asking."""
        deadline = time.monotonic() + seconds
        seen = self.get(page)
        while seen.state in WAITING and time.monotonic() < deadline:
            with self.events(page) as events:
                # Looked at once when the stream opens, as the script does: what came before is not told.
                for _ in itertools.chain([""] if events.taken else [], events):
                    seen = self.get(f"{page}/panel")
                    if seen.state not in WAITING:
                        return seen
            if not events.taken:
                time.sleep(POLL_SECONDS)
            seen = self.get(f"{page}/panel")
        return seen

    def events(self, page: str) -> Events:
        """The stream of a submission's page, open."""
        return Events(self._port, self._header(), page)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, method: str, path: str, body: str | None, expected: int) -> Answer:
        headers = {"Cookie": self._header(), "Accept": "text/html"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        connection = self._connected()
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        self._used = time.monotonic()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self._cookies[name] = value
        answer = Answer(
            response.status, response.headers.get("Location", ""), text, 1000 * (time.perf_counter() - began)
        )
        if answer.status != expected:
            raise UnexpectedAnswer(f"{method} {path}: {answer.status} instead of {expected}.")
        return answer

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is not None and time.monotonic() - self._used > IDLE_SECONDS:
            self.close()
        if self._connection is None:
            self._connection = http.client.HTTPConnection(HOST, self._port, timeout=SECONDS)
        return self._connection

    def _header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())


class Events:
    """Server-sent events of one page; iterating gives one item for each that is no mere sign of life."""

    def __init__(self, port: int, cookies: str, page: str) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=SECONDS)
        self._connection.connect()
        # Kept by hand: the connection forgets it once an answer has come that has no end.
        self._socket = self._connection.sock
        self._connection.request("GET", f"{page}/events", headers={"Cookie": cookies, "Accept": "text/event-stream"})
        self._response = self._connection.getresponse()
        if self._response.status not in (200, TOO_MANY):
            raise UnexpectedAnswer(f"{page}/events: {self._response.status}.")
        self.taken = self._response.status == 200

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        while self.taken:
            line = self._response.readline()
            if not line:
                break
            if line.startswith(b"event:"):
                return line.decode().removeprefix("event:").strip()
        raise StopIteration

    def heard(self, seconds: float) -> bool:
        """Wait for so long, or until something is told."""
        if self._socket is None:
            time.sleep(seconds)
            return False
        ready, _, _ = select.select([self._socket], [], [], seconds)
        return bool(ready) and self._response.readline().startswith(b"event:")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._response.close()
        self._connection.close()
