"""Chaos on the real service: parts are killed and frozen under load, and every submission must end graded once.

`python -m tests.chaos` runs the whole table; tests/integration/submissions/test_chaos.py a short piece of it.
"""

import argparse
import contextlib
import http.client
import random
import re
import signal
import socket
import tempfile
import threading
import time
import urllib.parse
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from submissions.db import Database
from submissions.models.base import Base
from submissions.models.work import CHARGED, Grading, Standing, Submission
from submissions.store import login_sessions
from tests.support.postgres import cluster
from tests.support.queue_world import world
from tests.support.stack import python, stack

PACK = "backward-twice"
EXERCISE = Path(__file__).parents[1] / "exercises" / PACK
LEASE_SECONDS = 4
CLIENTS = 4
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


# ------------------------------------------------------------------------------------------------- faults


def _kill(*names):
    return lambda stack, random: stack.kill(random.choice(names))


def _kill_pool_child(stack, random):
    """What the kernel does to a process of the pool when memory runs out."""
    _kill_children(stack, random.choice(["worker1", "worker2"]))


def _kill_fork_servers(stack, _random):
    _kill_children(stack, "grader")


def _kill_children(stack, name):
    for child in stack.children(name):
        with contextlib.suppress(Exception):
            child.send_signal(signal.SIGKILL)


def _freeze(name, seconds):
    return lambda stack, _random: stack.freeze(name, seconds)


FAULTS = {
    "kill -9 worker": _kill("worker1", "worker2"),
    "kill -9 valkey": _kill("valkey"),
    "kill -9 web": _kill("web"),
    "kill -9 grader server": _kill("grader"),
    "kill -9 fork-servers": _kill_fork_servers,
    "kill -9 pool child": _kill_pool_child,
    "kill -9 reconciler": _kill("reconciler1", "reconciler2"),
    "SIGTERM worker": lambda stack, random: stack.kill(random.choice(["worker1", "worker2"]), signal.SIGTERM),
    "SIGSTOP worker": _freeze("worker1", LEASE_SECONDS + 2),
    "SIGSTOP valkey": _freeze("valkey", 3),
    "SIGSTOP grader server": _freeze("grader", 2),
}


# --------------------------------------------------------------------------------------------------- load


class Browser:
    """A signed-in student who sends a form again, with the same key, until the service says that it was taken."""

    def __init__(self, port, token):
        self.port, self.cookies, self.csrf = port, {"login": token}, None
        self.tries = 0

    def hand_in(self, assignment_id, source, key, until):
        """The seconds that it took until the answer came."""
        began = time.monotonic()
        while time.monotonic() < until:
            self.tries += 1
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self._try(f"/assignments/{assignment_id}", source, key):
                    return time.monotonic() - began
            # Faster, and the service's own limit of 30 a minute would hold this student up.
            time.sleep(1.0)
        raise AssertionError("The web never took a submission.")

    def _try(self, path, source, key):
        if self.csrf is None:
            page = self._ask("GET", "/account")[1]
            found = re.search(r'name="csrf-token" content="([^"]+)"', page)
            if found is None:
                return False
            self.csrf = found[1]
        form = {"csrf_token": self.csrf, "source": source, "request_key": key}
        return self._ask("POST", path, urllib.parse.urlencode(form))[0] == http.HTTPStatus.SEE_OTHER

    def _ask(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            connection.request(method, path, body, {"Cookie": cookies, **(FORM if body else {})})
            answer = connection.getresponse()
            for header in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = header.split(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@dataclass
class Plan:
    """submissions: how many in all, spread over `seconds`. faults: names of FAULTS, spread likewise, in any order."""

    submissions: int
    seconds: float
    faults: tuple
    students: int = 20
    seed: int = 1


# ------------------------------------------------------------------------------------------------ outcome


@dataclass
class Outcome:
    """What is left afterwards, by the rows and by what the workers logged."""

    database: str
    faults: Counter
    handed_in: int
    done: int
    wrong: list = field(default_factory=list)
    taken_over: int = 0
    lost_leases: int = 0
    given_back: int = 0
    refused: int = 0
    twice: int = 0
    latency: float = 0.0
    slowest_answer: float = 0.0
    returns: int = 0

    def row(self):
        faults = ", ".join(f"{number} x {name}" for name, number in sorted(self.faults.items())) or "none"
        cells = (
            self.database, faults, f"{self.done}/{self.handed_in}", self.taken_over, self.given_back, self.refused,
            self.twice, f"{self.slowest_answer:.1f} s", f"{self.latency:.1f} s",
        )  # fmt: skip
        return "| " + " | ".join(map(str, cells)) + " |"


HEAD = (
    "| database | faults | graded/handed in | taken over | given back | refused by fence | graded twice "
    "| slowest answer to a submit | slowest from submit to result |\n|---|---|---|---|---|---|---|---|---|"
)


def chaos(database_url, plan):
    """Run a plan and look at what is left. Raises AssertionError where something never comes to an end."""
    database = Database(database_url)
    with contextlib.closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    course = world(database)
    assignment = course.assignment()
    with database.write() as session:
        session.merge(assignment).pack_id = PACK
    students = [course.student() for _ in range(plan.students)]
    browsers = [Browser(port, login_sessions.open_session(database, user.id, "", "chaos")) for user in students]
    web = python("submissions.supervisor.web_process")
    with stack(database_url, LEASE_SECONDS, reconcilers=("reconciler1", "reconciler2"), web=web, port=port) as running:
        injured = Counter()
        over = threading.Event()
        villain = threading.Thread(target=_injure, args=(running, plan, injured, over))
        villain.start()
        try:
            answers = _load(plan, browsers, assignment)
            villain.join()
            _wait_for_the_end(database, plan.submissions)
        finally:
            over.set()
            villain.join()
        outcome = _outcome(database, injured, running)
        outcome.slowest_answer = max(answers)
    database.dispose()
    return outcome


def _injure(running, plan, injured, over):
    dice = random.Random(plan.seed)
    faults = dice.sample(plan.faults, len(plan.faults))
    for name in faults:
        if over.wait(plan.seconds / (len(faults) + 1) * dice.uniform(0.8, 1.2)):
            return
        FAULTS[name](running, dice)
        injured[name] += 1


def _load(plan, browsers, assignment):
    """Every student hands in what he has, in turn, right and wrong answers mixed."""
    right = (EXERCISE / "solution.py").read_text()
    wrong = next(EXERCISE.glob("wrong/01_*.py")).read_text()
    began, until = time.monotonic(), time.monotonic() + plan.seconds + 120
    turns = [threading.Lock() for _ in browsers]

    def hand_in(number):
        time.sleep(max(0.0, began + plan.seconds * number / plan.submissions - time.monotonic()))
        which = number % len(browsers)
        with turns[which]:
            return browsers[which].hand_in(assignment.id, wrong if number % 3 == 0 else right, f"key{number}", until)

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(hand_in, range(plan.submissions)))


def _wait_for_the_end(database, expected, seconds=120):
    deadline = time.monotonic() + seconds
    while True:
        with database.read() as session:
            states = Counter(session.scalars(select(Submission.state)))
        if sum(states.values()) == expected and not states["queued"] and not states["running"]:
            return
        assert time.monotonic() < deadline, f"After {seconds} s: {states} of {expected}."
        time.sleep(0.1)


def _outcome(database, injured, running):
    with database.read() as session:
        submissions = list(session.scalars(select(Submission)))
        gradings = {grading.submission_id: grading for grading in session.scalars(select(Grading))}
        standings = list(session.scalars(select(Standing)))
    logged = running.logged()
    written = Counter(record.get("grading") for record in logged if record.get("event") == "graded")
    outcome = Outcome(
        database=database.engine.dialect.name,
        faults=injured,
        handed_in=len(submissions),
        done=sum(row.state == "graded" for row in submissions),
        taken_over=sum(grading.fence > 1 for grading in gradings.values()),
        lost_leases=sum(grading.lost_leases for grading in gradings.values()),
        given_back=sum(record.get("event") == "given back" for record in logged),
        refused=sum(str(record.get("event")).startswith("refused") for record in logged),
        twice=sum(number > 1 for number in written.values()),
        returns=running.returns,
    )
    ended = [(gradings[row.id].finished_at or row.submitted_at) - row.submitted_at for row in submissions]
    outcome.latency = max(ended).total_seconds()
    outcome.wrong = _contradictions(submissions, gradings, standings)
    return outcome


def _contradictions(submissions, gradings, standings):
    """Whatever a student could complain about: a state, a score, an attempt that was charged."""
    found = [f"{row.public_id} is {row.state}" for row in submissions if row.state != "graded"]
    found += [f"{row.public_id}: score {row.score}, its grading {gradings[row.id].score}"
              for row in submissions if row.score != gradings[row.id].score]  # fmt: skip
    scores = {}
    for row in submissions:
        scores.setdefault(row.sha256, set()).add(row.score)
    found += [f"the same file got {values}" for values in scores.values() if len(values) > 1]
    for standing in standings:
        mine = [row for row in submissions if row.user_id == standing.user_id]
        charged = sum(row.state in CHARGED for row in mine)
        best = max((row.score for row in mine if row.score is not None), default=None)
        if (standing.attempts, standing.score) != (charged, best):
            found.append(f"standing {standing.attempts}, {standing.score}; its rows say {charged}, {best}")
        if sorted(row.attempt for row in mine) != list(range(1, len(mine) + 1)):
            found.append("attempt numbers with holes")
    return found


# ---------------------------------------------------------------------------------------------- the table

EVERYTHING = tuple(FAULTS) * 2
TABLE = (
    ("calm", ()),
    ("kills", ("kill -9 worker", "kill -9 valkey", "kill -9 grader server", "kill -9 fork-servers", "kill -9 web") * 3),
    ("freezes", ("SIGSTOP worker", "SIGSTOP valkey", "SIGSTOP worker", "SIGSTOP grader server", "SIGSTOP worker")),
    ("everything", EVERYTHING),
)


def main():
    """Print the table of a long run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--submissions", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=[name for name, _ in TABLE])
    given = parser.parse_args()
    print(HEAD, flush=True)
    broken = False
    for name, faults in TABLE:
        if given.only not in {None, name}:
            continue
        plan = Plan(given.submissions, given.seconds, faults, seed=given.seed)
        for run in (_on_sqlite, _on_postgres):
            outcome = run(plan)
            print(outcome.row(), *outcome.wrong, sep="\n", flush=True)
            broken |= bool(outcome.wrong or outcome.twice)
    raise SystemExit(broken)


def _on_sqlite(plan):
    with tempfile.TemporaryDirectory() as folder:
        return _fresh(f"sqlite:///{folder}/service.db", plan)


def _on_postgres(plan):
    with cluster() as server:
        return _fresh(server.url(server.create()), plan)


def _fresh(url, plan):
    database = Database(url)
    Base.metadata.create_all(database.engine)
    database.dispose()
    return chaos(url, plan)


if __name__ == "__main__":
    main()
