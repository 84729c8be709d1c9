"""A student who speaks HTTP with the real service, sends what no browser would, and reads pages as a browser does."""

import http.client
import json
import re
import secrets
import time
from dataclasses import dataclass

from tests.support.pages import Page

SECONDS = 60
ENDS = ("graded", "rejected", "broken_pack", "system_error")
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


class Reading(Page):
    """A page with the words that a reader sees; those in fields of forms apart, for they are given back as typed."""

    def __init__(self, text):
        self.words, self.typed, self._inside = [], [], []
        super().__init__(text)

    def handle_starttag(self, tag, attrs):
        super().handle_starttag(tag, attrs)
        if tag in ("script", "style", "textarea"):
            self._inside.append(tag)

    def handle_endtag(self, tag):
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data):
        if not self._inside:
            self.words.append(data)
        elif self._inside[-1] == "textarea":
            self.typed.append(data)

    @property
    def seen(self):
        return "".join(self.words)


class Student:
    """Signed in by the token of a session; `token` is None for somebody who is not."""

    def __init__(self, port, token=None):
        self._port = port
        self._cookies = {"login": token} if token else {}

    def ask(self, method, path, body=None, headers=None):
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SECONDS)
        sent = {"Accept": "text/html"} | (headers or {})
        if self._cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        connection.close()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self._cookies[name] = value
        return answer

    def get(self, path):
        return self.ask("GET", path)

    def token(self, page="/sign-up"):
        return TOKEN.search(self.get(page).text)[1]

    def post(self, path, fields, file=None, token=None):
        """A form as a browser sends it. file: (name, content)."""
        boundary = secrets.token_hex(16)
        fields = {"csrf_token": token or self.token()} | fields
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        if file is not None:
            name = file[0].replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
            parts += [head.encode(), file[1], b"\r\n"]
        body = b"".join([*parts, f"--{boundary}--\r\n".encode()])
        return self.ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def hand_in(self, path, source, name="answer.py", **fields):
        """Hand in and wait for the end; the submission's address and its state."""
        answer = self.post(path, fields, (name, source.encode() if isinstance(source, str) else source))
        assert answer.status == 303, Reading(answer.text).seen[-1500:]
        return answer.headers["Location"]

    def wait(self, place, seconds=SECONDS):
        """The status of a submission once it has one."""
        deadline = time.monotonic() + seconds
        while True:
            status = self.get(f"{place}/status").json
            if status["state"] in ENDS or time.monotonic() > deadline:
                return status
            time.sleep(0.05)
