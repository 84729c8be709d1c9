"""GUARANTEES.md names attacks and tests that exist, and leaves none of the sandbox's own tests out."""

import re
from pathlib import Path

from tests.guarantees.attacks import ATTACKS

HERE = Path(__file__).parent
FILES = ("test_kills.py", "test_lifetimes.py", "test_slots.py", "test_walls.py")
PAGE = HERE.parents[1] / "grader" / "sandbox" / "GUARANTEES.md"


def promised() -> set[str]:
    """Everything in the last column of a table of promises."""
    rows = re.findall(r"^\|[^|\n]*\|[^|\n]*\|([^|\n]*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def names_in(name: str) -> set[str]:
    return set(re.findall(r"^def (test_\w+)", (HERE / name).read_text(encoding="utf-8"), re.MULTILINE))


def test_every_attack_and_test_on_the_page_exists():
    known = {attack.name for attack in ATTACKS}.union(*map(names_in, FILES))
    assert promised()
    assert not promised() - known


def test_every_promise_has_an_attack():
    text = PAGE.read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("| ") and line.count("|") == 4 and "attacked by" not in line and "---" not in line:
            assert "`" in line.split("|")[3], line
