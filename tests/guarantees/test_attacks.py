"""Every attack on every rung that this machine offers: none scores, reads, lingers or harms the next submission."""

import json
import os
import subprocess
import sys

import pytest

from tests.guarantees.attacks import ATTACKS
from tests.support.ordinary_user import ROOT

RUNNER = [sys.executable, "-m", "tests.guarantees.attack_runner"]
AS_ORDINARY_USER = [sys.executable, str(ROOT / "tests" / "support" / "ordinary_user.py")]
RUNGS = {"A": RUNNER, "B": [*AS_ORDINARY_USER, *RUNNER], "C": [*AS_ORDINARY_USER, *RUNNER]}
if os.geteuid() != 0:
    RUNGS = {"B": RUNNER, "C": RUNNER}


@pytest.fixture(scope="module", params=sorted(RUNGS))
def outcomes(request):
    """All attacks in turn through one engine, as an operator's service would meet them."""
    result = subprocess.run(
        [*RUNGS[request.param], request.param], cwd=ROOT, capture_output=True, text=True, timeout=600, check=False
    )
    assert result.returncode == 0, result.stderr[-3000:]
    found = {outcome["name"]: outcome for outcome in map(json.loads, result.stdout.splitlines())}
    assert set(found) == {attack.name for attack in ATTACKS}
    assert {outcome["rung"] for outcome in found.values()} == {request.param}
    return found


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_the_attack_gets_nothing(outcomes, attack):
    outcome = outcomes[attack.name]
    killed = set(outcome["verdicts"].values()) & {"timed_out", "crashed", "out_of_memory"}
    assert outcome["status"] == "graded", outcome
    assert "TRIED" in outcome["stdout"] or killed, f"the attack was never carried out: {outcome}"
    if not (attack.needs_private_root and outcome["rung"] == "C"):
        assert "BREACH" not in outcome["stdout"], outcome
    assert outcome["verdicts"]["gradient"] != "passed", outcome
    assert not outcome["leaked"], outcome


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_the_attack_leaves_nothing_behind(outcomes, attack):
    outcome = outcomes[attack.name]
    assert outcome["next_score"] == 6.0, outcome
    assert outcome["canary_intact"], outcome
    assert outcome["processes_left"] <= 0, outcome
    assert outcome["seconds"] < 15, outcome
