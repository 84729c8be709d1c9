"""A pack, a fake engine and a way to run the command line over them."""

import pytest
from click.testing import CliRunner

from grader.cli.main import command_line
from grader.packs import load_pack
from tests.support.fake_engine import FakeEngine

PACK_TOML = """
schema = 1
id = "slopes"
version = "2.1.0"
forms = ["functions"]
title = { en = "Slopes of curves", zh = "曲线的斜率" }
summary = { en = "Find slopes.", zh = "求斜率。" }

[[checks]]
name = "slope"
title = { en = "The slope is right", zh = "斜率正确" }
points = 3

[[checks]]
name = "shape"
title = { en = "The shape is right", zh = "形状正确" }
points = 1
"""


@pytest.fixture
def exercises(tmp_path, monkeypatch):
    """A folder with one pack, and no other pack anywhere."""
    folder = tmp_path / "exercises"
    (folder / "slopes").mkdir(parents=True)
    (folder / "slopes" / "pack.toml").write_text(PACK_TOML, encoding="utf-8")
    monkeypatch.setenv("GRADER_EXERCISES", str(folder))
    monkeypatch.setattr("grader.settings.installed_exercises", tuple)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "GRADER_ISOLATION", "GRADER_SLOTS"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def pack(exercises):
    return load_pack(exercises / "slopes")


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def run(exercises, engine, monkeypatch):
    """Run the command line; the result has stdout, stderr and exit_code."""

    def run(*arguments, locale="en", stdin=None, width=100):
        monkeypatch.setenv("COLUMNS", str(width))
        words = [str(argument) for argument in arguments]
        return CliRunner().invoke(command_line(locale), words, obj=engine, input=stdin)

    return run


@pytest.fixture
def answer(tmp_path):
    """A submission on disk."""
    file = tmp_path / "answer.py"
    file.write_text("x = 1\n", encoding="utf-8")
    return file
