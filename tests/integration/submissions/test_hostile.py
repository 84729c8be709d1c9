"""Hostile submissions and words through the door that students use, at the real service, whole and embedded.

None gets more points than it earned, sees what is hidden or of this machine, runs in a reader's browser, or keeps the
next student from his marks.
"""

import json
import os
import re
import secrets
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from submissions.bench.running import RunningService
from submissions.models.courses import Assignment, Course
from submissions.models.work import Grading, Submission
from submissions.store import accounts, courses, login_sessions
from submissions.texts import visible
from tests.guarantees.attacks import ATTACKS, PRELUDE
from tests.support.http_student import Reading, Student
from tests.support.pages import foreign_pictures
from tests.support.web import later

pytestmark = [pytest.mark.slow]

ROOT = Path(__file__).parents[3]
PACKS = Path(__file__).parent / "packs"
RIGHT = (
    "def gradient(x):\n    (x ** 3).sum().backward()\n    return x.grad\n"
    "def answer():\n    return 42\ndef locked(x):\n    return x\nafterwards = locked\n"
)
MARKS, SHOWN_MARKS = 10.0, 6.0
# Of every class of attacks those that aim at what the service adds: its lines, its pages, the turn of the next student.
CHOSEN = """
fork os-system thread-bomb hoard huge-reply long-output endless-loop deaf-loop stop-oneself endless-call fill-many-files
read-passwd read-canary read-hidden-checks read-pack read-engine write-host-tmp remove-canary list-root-home descriptors
inet-socket unix-socket kill-everyone kill-parent ptrace exit-at-once json-on-the-line huge-frame-claim
forged-reply-ahead stolen-nonce search-for-expected-values environment patched-comparison equal-to-everything
pickle-in-the-reply type-name-in-the-reply deep-nesting evil-exception terminal-codes answer-for-another-check
""".split()
NOBODY_SEES = (
    "Locked-title-9183", "锁住的标题-9183", "Afterwards-title-6620", "之后的标题-6620", "Rubric-for-staff-4471", "4471",
    "secret-of-the-checks-5417", "86153", "test_locked", "test_vault",
)  # fmt: skip
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
NASTY = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<svg onload=alert(1)>",
    "</textarea><script>1</script>", "\x1b]0;owned\x07\x1b[2J", "a\u202egnp.exe\u2066", "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)", "&lt;b&gt;",
)  # fmt: skip


class World:
    """The running service, its assignments, and what no page may hold."""

    def __init__(self, running, canary):
        self.running, self.canary, self.db = running, canary, running.service.db
        self.course = courses.create_course(self.db, Course(slug="hostile", title_en="Hostile", title_zh="恶意"))
        self.secret = os.environ["ENGINE_SECRET"]
        self.places = (str(ROOT), str(running.settings.data), str(canary), str(canary.parent), "site-packages")

    def assignment(self, pack_id="vault", **rules):
        made = Assignment(course_id=self.course.id, pack_id=pack_id, max_score=MARKS, due_at=later(days=1), **rules)
        return f"/assignments/{courses.add_assignment(self.db, made).id}"

    def student(self, name="Li Hua"):
        user = accounts.create_user(self.db, accounts.NewUser(f"s{secrets.token_hex(6)}", name, None))
        accounts.enrol(self.db, self.course.id, user.id, "student")
        token = login_sessions.open_session(self.db, user.id, "127.0.0.1", "a browser")
        return Student(self.running.settings.port, token)

    def row(self, place):
        with self.db.read() as session:
            return session.scalars(select(Submission).where(Submission.public_id == place.rsplit("/", 1)[1])).one()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    canary = tmp_path_factory.mktemp("secrets") / "canary"
    canary.write_text("canary-8261", encoding="ascii")
    canary.chmod(0o666)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_EXERCISES", str(PACKS))
        patch.setenv("ENGINE_SECRET", "secret-of-the-engine-3307")
        with RunningService() as running:
            yield World(running, canary)


def pages_of(student, assignment, place, before):
    """Every page that shows something of a submission, as its owner gets them."""
    paths = [place, f"{place}/panel", assignment, f"{assignment}/history", "/", "/courses/hostile", "/account"]
    paths += [f"{before}/compare/{place.rsplit('/', 1)[1]}{view}" for view in ("", "?view=split")] if before else []
    for path in paths:
        answer = student.get(path)
        assert answer.status == 200, path
        yield path, answer.text


# ------------------------------------------------------------------------------------------------- attacks


def source_of(attack, world):
    checks = PACKS / "vault" / "checks"
    blanks = {"{canary}": world.canary, "{pack}": PACKS / "vault", "{checks}": checks, "{grader}": ROOT / "grader"}
    source = attack.source.replace("{home}", "/root").replace("test_target", "test_vault")
    for blank, path in blanks.items():
        source = source.replace(blank, str(path))
    return PRELUDE + source


def leaks(shown, forbidden):
    return [(path, words) for path, text in shown.items() for words in forbidden if words in text]


def carried_out(world, attacks, assignment):
    """Each attack by one student, and after it a right answer by another; what each got."""
    attacker, neighbour, before, own = world.student(), world.student(), "", ""
    found = {}
    for attack in attacks:
        source = source_of(attack, world)
        place = attacker.hand_in(assignment, source)
        beside = neighbour.hand_in(assignment, RIGHT)
        began = time.monotonic()
        status, row = attacker.wait(place), world.row(place)
        good = world.row(beside) if neighbour.wait(beside) else None
        shown = dict(pages_of(attacker, assignment, place, before))
        shown["status"] = json.dumps(attacker.get(f"{place}/status").json)
        forbidden = [*NOBODY_SEES, world.secret, "canary-8261", *world.places]
        found[attack.name] = {
            "status": status,
            "score": row.score,
            "next": (good.state, good.score),
            "seconds": time.monotonic() - began,
            "leaked": leaks(shown, [words for words in forbidden if words not in own + source]),
            "breach": [line for line in Reading(shown[place]).seen.split("\n") if line.startswith("BREACH")],
        }
        before, own = place, source
    return found


def test_no_attack_scores_sees_what_is_hidden_or_harms_the_next_student(world):
    chosen = [attack for attack in ATTACKS if attack.name in CHOSEN]
    assert len(chosen) == len(CHOSEN)
    assignment = world.assignment()
    with ThreadPoolExecutor(2) as pool:
        halves = pool.map(lambda half: carried_out(world, half, assignment), (chosen[::2], chosen[1::2]))
        found = {name: outcome for half in halves for name, outcome in half.items()}

    assert set(found) == set(CHOSEN)
    for name, outcome in found.items():
        assert outcome["status"]["state"] == "graded", (name, outcome)
        assert outcome["status"]["score"] <= 1.0, (name, outcome)  # of the check that anyone can answer
        assert outcome["status"]["max_score"] == SHOWN_MARKS, (name, outcome)
        assert outcome["score"] <= 1.0, (name, outcome)
        assert outcome["next"] == ("graded", MARKS), (name, outcome)
        assert outcome["seconds"] < 20, (name, outcome)
        assert not outcome["leaked"], (name, outcome["leaked"])
        assert not outcome["breach"], (name, outcome["breach"])
    assert world.canary.read_text(encoding="ascii") == "canary-8261"


PEEPING = """
import os
seen = []
def locked(x):
    seen.append(x)
    print("locked saw", x)
    open("/tmp/seen", "w").write(str(x))
    raise ValueError(f"locked got {x}")
def gradient(x):
    raise ValueError(f"seen so far: {seen} {os.path.exists('/tmp/seen')}")
def answer():
    print("known saw", seen)
    return seen + [open("/tmp/seen").read()]
def afterwards(x):
    print("afterwards saw", x)
    raise ValueError(f"afterwards got {x}")
"""


def test_what_hidden_checks_hand_over_is_told_by_no_print_error_or_page(world):
    student, assignment = world.student(), world.assignment()
    place = student.hand_in(assignment, PEEPING)
    assert student.wait(place)["state"] == "graded"

    for path, text in pages_of(student, assignment, place, ""):
        assert not [words for words in NOBODY_SEES if words in text], path
        assert "saw 8" not in text, path
        assert "seen so far: []" in text or not path.startswith(place)
    told = student.get(place).text.split('id="check-')[1:]
    assert [part.split('"', 1)[0] for part in told] == ["gradient", "known", "words"]
    with world.db.read() as session:
        grading = session.get_one(Grading, world.row(place).published_grading_id)
        assert [check["name"] for check in grading.report["checks"]][:2] == ["locked", "gradient"]


# --------------------------------------------------------------------------------------------------- words

SHOUTING = f"""
import sys
import matplotlib.pyplot as plt
words = {list(NASTY)!r}
for word in words:
    print(word)
    print(word, file=sys.stderr)
print("long " + "y" * 50_000)
print("nul \\0 here")
for word in words[:4]:
    plt.figure()
    plt.plot([0, 1, 2], [0, 1, 4], label=word)
    plt.title(word); plt.xlabel(word); plt.ylabel(word); plt.legend()
class Nasty(Exception):
    pass
Nasty.__name__ = Nasty.__qualname__ = words[0]
def gradient(x):
    raise Nasty(" ".join(words))
def answer():
    return words[1]
very_long = "{"z" * 300_000}"
raise Nasty(" ".join(words))
"""


def assert_only_text(path, text, scripts):
    page = Reading(text)
    attributes = [(tag, name, value or "") for tag, found in page.elements for name, value in found.items()]
    assert len(page.named("script")) == scripts, path
    assert not page.named("style", "iframe", "object", "embed", "base", "foreignobject", "animate", "set"), path
    assert not foreign_pictures(page), path
    names = {name for _, name, _ in attributes}
    assert not [name for name in names if name.startswith("on") or name in ("style", "srcdoc", "xlink:href")], path
    targets = [value for _, name, value in attributes if name in ("href", "src", "action", "formaction")]
    assert all(value.startswith(("/", "#")) and not value.startswith("//") for value in targets), path
    assert not UNSEEN.search(page.seen), path
    assert not [one for one in attributes if one[1] != "value" and UNSEEN.search(one[2])], path
    return page.seen


@pytest.mark.parametrize("kind", ["py", "ipynb"])
def test_words_of_a_student_are_text_on_every_page_that_shows_them(world, kind):
    student, assignment = world.student(NASTY[0] + "\u202e\x1b[31m"), world.assignment()
    source = SHOUTING
    if kind == "ipynb":
        cells = [{"cell_type": "markdown", "source": list(NASTY)}, {"cell_type": "code", "source": SHOUTING}]
        source = json.dumps({"cells": cells, "nbformat": 4, "metadata": {}})
    places = []
    for name in (NASTY[1] + f".{kind}", "</title>\u202e\x1b\r\n<b>." + kind):
        written = {"answer-words": "\n".join(NASTY)}
        places.append(student.hand_in(assignment, source + " " * len(places), name, **written))
        assert student.wait(places[-1])["state"] == "graded"

    scripts = len(Reading(student.get("/account").text).named("script"))
    seen = {
        path: assert_only_text(path, text, 0 if path.endswith("/panel") else scripts)
        for path, text in pages_of(student, assignment, places[1], places[0])
    }
    result = seen[places[1]]
    for words in (NASTY[0], NASTY[1], NASTY[6], NASTY[8], visible(NASTY[0]), "owned", "\\x1b]0;", "\\u202egnp.exe"):
        assert words in result, words
    download = student.get(f"{places[1]}/source")
    assert download.body.decode().strip() == source.strip()
    assert download.headers["Content-Type"] == "application/octet-stream"
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert "default-src 'none'" in download.headers["Content-Security-Policy"]


def notebook(*sources):
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources]}).encode()


FIGURES = b"""
import matplotlib.pyplot as plt, numpy as np
for _ in range(40):
    plt.figure()
    for _ in range(12):
        plt.plot(np.random.rand(20_000))
"""
GRAPHS = b"""
import torch
for wide in range(40):
    x = [torch.ones(1, requires_grad=True) for _ in range(60)]
    for deep in range(40):
        x = [sum(x[at : at + 2 + wide % 3]) * 2 for at in range(len(x))]
    sum(x).backward()
"""
ODD_FILES = {
    "forty-figures": (FIGURES, "a.py"),
    "large-graphs": (GRAPHS, "a.py"),
    "control-characters": (b"x = 1\n#" + b"\x01" * 900_000, "a.py"),
    "all-lines-blank": (b" \n" * 450_000, "a.py"),
    "many-cells": (b'{"cells":[' + b",".join([b"{}"] * 300_000) + b"]}", "a.ipynb"),
    "many-code-cells": (notebook(*["x=1"] * 20_000), "a.ipynb"),
    "halves-of-pairs-in-a-cell": (notebook("x = '\ud800'"), "a.ipynb"),
    "halves-of-pairs-by-a-codec": (b"# coding: unicode_escape\n# \xff\nx = '\\ud800'\n", "a.py"),
    "halves-of-pairs-by-another-codec": (b"# coding: utf-7\n# \xff\nx = '+2AA-'\n", "a.py"),
    "nul-by-a-codec": (b"# coding: unicode_escape\n# \xff\nx = '\\x00'\n", "a.py"),
    "a-label-of-a-host-s-name": (b"# coding: idna\nx.xn--" + b"a9" * 20_000 + b".\xff\n", "a.py"),
    "strange-source-in-a-cell": (notebook({"a": 1}), "a.ipynb"),
    "number-as-a-source": (b'{"cells":[{"cell_type":"code","source":' + b"1" * 4000 + b"}]}", "a.ipynb"),
    "deep-metadata": (b'{"cells":[],"metadata":' + b"[" * 900 + b"]" * 900 + b"}", "a.ipynb"),
    "chinese": (("# " + "字" * 300_000).encode(), "a.py"),
}


@pytest.mark.parametrize("name", ODD_FILES)
def test_an_odd_file_is_graded_or_refused_and_its_pages_come_in_time(world, name):
    content, filename = ODD_FILES[name]
    student, assignment = world.student(), world.assignment()
    first = student.post(assignment, {}, (filename, content))
    if first.status == 422:
        return
    place = first.headers["Location"]
    status = student.wait(place)
    assert status["state"] in ("graded", "rejected"), status
    other = student.hand_in(assignment, RIGHT)
    assert student.wait(other)["score"] == SHOWN_MARKS

    began = time.monotonic()
    for _path, text in pages_of(student, assignment, other, place):
        assert len(text) < 12_000_000
    for _path, text in pages_of(student, assignment, place, ""):
        assert len(text) < 12_000_000
    assert time.monotonic() - began < 25


# --------------------------------------------------------------------------------------------------- rules


def at_once(student, path, count):
    """The statuses of many submissions that are sent at the same moment."""
    token, start = student.token(), threading.Barrier(count)

    def send(number):
        start.wait()
        return student.post(path, {"request_key": f"{path}{number}"}, ("a.py", RIGHT.encode()), token).status

    with ThreadPoolExecutor(count) as pool:
        return sorted(pool.map(send, range(count)))


@pytest.mark.parametrize(
    ("rules", "taken"), [({"attempt_limit": 2}, 2), ({"cooldown_seconds": 3600}, 1)], ids=["limit", "pause"]
)
def test_twenty_submissions_at_once_outrun_no_rule(world, rules, taken):
    assert at_once(world.student(), world.assignment(**rules), 20) == [303] * taken + [422] * (20 - taken)


def test_guessing_a_password_is_not_made_cheaper_by_inventing_addresses(world):
    stranger = Student(world.running.settings.port)
    token = stranger.token("/sign-in")
    fields = f"login=nobody-{secrets.token_hex(4)}&password=wrong&csrf_token={token}"
    statuses = []
    for number in range(12):
        headers = dict.fromkeys(("X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"), f"10.0.0.{number}")
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        statuses.append(stranger.ask("POST", "/sign-in", fields, headers).status)

    assert statuses == [422] * 10 + [429] * 2


def test_another_host_s_name_and_a_request_without_a_token_get_nothing(world):
    student, assignment = world.student(), world.assignment()

    assert student.ask("GET", assignment, headers={"Host": "evil.example"}).status == 400
    assert student.post(assignment, {}, ("a.py", b"x = 1"), token="x").status == 400
    assert student.ask("POST", assignment, "source=x", {"Content-Type": "text/plain"}).status == 400
    assert student.ask("PUT", f"{assignment}/draft", "{}", {"Content-Type": "application/json"}).status == 400
