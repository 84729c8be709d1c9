"""Every sample submission says what must be found wrong with it, in words that its pack knows."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKS = sorted(path.parent for path in ROOT.glob("exercises/*/pack.toml"))
EXPECTED = re.compile(r"^# expect: (.+)$", re.MULTILINE)
PARTS = ("solution.py", "starter.py", "statement.en.md", "statement.zh.md", "checks", "right", "wrong")


def source_of(sample: Path) -> str:
    """The text of a sample; of a notebook, its cells' sources one after another."""
    content = sample.read_bytes().decode("utf-8-sig", errors="replace")
    if sample.suffix != ".ipynb":
        return content
    return "\n".join("".join(cell["source"]) for cell in json.loads(content)["cells"])


def test_there_are_packs():
    assert PACKS


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_pack_has_all_its_parts(pack):
    assert not [part for part in PARTS if not (pack / part).exists()]


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_every_wrong_sample_declares_the_checks_it_fails(pack):
    checks = {check["name"] for check in tomllib.loads((pack / "pack.toml").read_text(encoding="utf-8"))["checks"]}
    samples = [path for path in (pack / "wrong").iterdir() if path.suffix in {".py", ".ipynb"}]
    assert samples
    for sample in samples:
        declared = " ".join(EXPECTED.findall(source_of(sample)))
        assert declared, f"{sample.name} has no line `# expect: check=diagnosis`"
        named = {entry.partition("=")[0] for entry in re.split(r"[,\s]+", declared) if "=" in entry}
        assert named, f"{sample.name}: its `# expect:` names no check"
        assert named <= checks, f"{sample.name} names checks that {pack.name} does not have: {named - checks}"
