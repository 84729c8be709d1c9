"""What the doctor is told: every outcome has a title, a reason and, unless it is good, a repair, in both languages."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from grader.sandbox import probes


def test_the_probes_of_this_machine_are_complete():
    found = probes.all_probes()
    assert len({probe.name for probe in found}) == len(found) == 9
    for probe in found:
        assert probe.level in (probes.PASS, probes.CAUTION, probes.FAIL)
        assert (probe.repair is None) == (probe.level == probes.PASS), probe
        for text in (probe.title, probe.reason, probe.repair or probe.reason):
            assert set(text) == {"en", "zh"}
            assert "{" not in text["en"] + text["zh"]


def test_every_sentence_has_the_same_blanks_in_both_languages():
    texts = tomllib.loads(Path(probes.__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    for table in texts.values():
        for name, text in table.items():
            blanks = {locale: set(re.findall(r"{(\w+)}", text[locale])) for locale in ("en", "zh")}
            assert blanks["en"] == blanks["zh"], name


@pytest.mark.parametrize(
    ("outcomes", "level"),
    [
        ({"A": None, "B": None, "C": None}, probes.PASS),
        ({"A": "no", "B": "no", "C": None}, probes.CAUTION),
        ({"A": "no", "B": "no", "C": "no"}, probes.FAIL),
    ],
)
def test_the_rung_decides_between_pass_caution_and_fail(outcomes, level):
    assert probes.rung(outcomes).level == level


def test_the_torch_that_is_probed_for_is_the_one_that_is_required():
    assert f"torch=={probes.TORCH}" in (metadata.requires("autodiff-grader") or [f"torch=={probes.TORCH}"])


def test_little_memory_is_told(monkeypatch):
    monkeypatch.setattr(probes.Path, "read_text", lambda *_, **__: "MemAvailable:    1048576 kB\n")
    assert probes.memory(4).level == probes.CAUTION
    assert probes.memory(1).level == probes.PASS
