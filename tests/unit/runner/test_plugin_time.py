"""A check whose time is up costs that check alone, wherever in pytest the alarm fell."""

import os
import subprocess
import sys
from pathlib import Path

PACK = Path(__file__).resolve().parents[2] / "integration" / "packs" / "verdicts"

# The alarm falls while pytest makes the report of the set-up, where nothing of pytest's catches an exception.
SESSION = """
import sys, types
from pathlib import Path
import pytest
from grader.packs import load_pack
from grader.runner import plugin as under_test

class Alarm:
    rung = False
    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, call):
        if not self.rung:
            self.rung = True
            raise under_test.CheckTookTooLong
        return (yield)

class Worlds:
    fault, is_waiting, waited_seconds = None, False, 0.0
    def run(self, *_): raise under_test.ChildTimedOut("gone")
    ask = ask_all = plain_run = run

def serve(plugin):
    grading = under_test.Grading(Worlds(), seed=1)
    for check in plugin.pack.checks[:2]:
        outcome = plugin.run_check(check, grading)
        print(outcome.verdict, outcome.fault)

pack = load_pack(Path(sys.argv[1]))
options = ["-c", "/dev/null", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", str(pack.path / "checks")]
pytest.main(options, plugins=[under_test.ChecksPlugin(pack, serve), Alarm()])
"""


def test_an_alarm_between_two_phases_leaves_nothing_set_up_for_the_next_check():
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-c", SESSION, PACK]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    verdicts = [line.partition(" ")[0] for line in done.stdout.splitlines()[:2]]
    assert verdicts == ["broken", "timed_out"], done.stdout + done.stderr
