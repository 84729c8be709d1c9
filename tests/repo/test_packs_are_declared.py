"""Every exercise is complete, and every wrong sample says what must be found wrong with it."""

from pathlib import Path

import pytest

from grader.packcheck.expectations import wrong_samples
from grader.packs import load_pack

ROOT = Path(__file__).resolve().parents[2]
PACKS = sorted(path.parent for path in ROOT.glob("exercises/*/pack.toml"))
PARTS = ("solution.py", "starter.py", "statement.en.md", "statement.zh.md", "checks", "right", "wrong")


def test_there_are_packs():
    assert PACKS


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_pack_has_all_its_parts(pack):
    assert not [part for part in PARTS if not (pack / part).exists()]


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_every_wrong_sample_declares_checks_that_the_pack_has(pack):
    checks = {check.name for check in load_pack(pack).checks}
    samples = wrong_samples(pack)

    assert samples
    assert all(sample.failures for sample in samples)
    assert not {sample.name: unknown for sample in samples if (unknown := set(sample.failures) - checks)}


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_header_opens_the_sample_it_belongs_to(pack):
    late = [
        path.name for path in (pack / "wrong").glob("*.py") if not path.read_bytes().lstrip().startswith(b"# expect: ")
    ]
    assert not late, "an instructor who opens the file should see first what is wrong with it"
