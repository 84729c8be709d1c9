"""The doctor finds what is wrong with a machine, and says how to repair it."""

import pytest

from grader import doctor
from grader.errors import SandboxError
from grader.settings import Settings

PACK = """
schema = 1
id = "{name}"
version = "1.0.0"
forms = ["script"]
title = {{ en = "t", zh = "t" }}
summary = {{ en = "s", zh = "s" }}
[[checks]]
name = "c"
title = {{ en = "t", zh = "t" }}
points = 1
"""


class FakeEngine:
    def __init__(self, error=None):
        self.error, self.stopped = error, False

    def start(self):
        if self.error:
            raise self.error

    def stop(self):
        self.stopped = True


@pytest.fixture
def folder(tmp_path):
    for name in ("good", "bad"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pack.toml").write_text(PACK.format(name=name), encoding="utf-8")
    (tmp_path / "bad" / "pack.toml").write_text("schema = 2", encoding="utf-8")
    return tmp_path


def test_a_pack_that_is_not_in_order_is_a_caution_with_its_reason(folder):
    bad, good = doctor.packs(Settings(exercises=(folder,)))

    assert (bad.level, good.level) == (doctor.CAUTION, doctor.PASS)
    assert "bad" in bad.name["en"]
    assert "schema" in bad.reason["zh"]
    assert bad.repair["en"]
    assert good.reason["en"] == "good 1.0.0"


def test_no_pack_at_all_fails(tmp_path):
    (only,) = doctor.packs(Settings(exercises=(tmp_path,)))

    assert only.level == doctor.FAIL
    assert "GRADER_EXERCISES" in only.repair["zh"]


def test_an_engine_that_does_not_start_fails_with_its_reason_and_is_stopped():
    engine = FakeEngine(SandboxError("no rung holds"))

    found = doctor.trial_start(lambda _settings: engine, Settings(exercises=()))

    assert (found.level, engine.stopped) == (doctor.FAIL, True)
    assert "no rung holds" in found.reason["en"]


def test_an_engine_that_starts_passes_and_is_stopped():
    engine = FakeEngine()

    assert doctor.trial_start(lambda _settings: engine, Settings(exercises=())).level == doctor.PASS
    assert engine.stopped


def test_a_temporary_folder_that_can_not_be_written_fails(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))

    found = doctor.temporary_files()

    assert found.level == doctor.FAIL
    assert "TMPDIR" in found.repair["en"]


def test_little_room_is_a_caution(monkeypatch):
    monkeypatch.setattr(doctor, "TEMPORARY_MB", 10**9)

    assert doctor.temporary_files().level == doctor.CAUTION


def test_a_wrong_setting_ends_the_examination_with_its_name(monkeypatch):
    monkeypatch.setenv("GRADER_ISOLATION", "Z")

    *_, last = doctor.examine(FakeEngine)

    assert last.level == doctor.FAIL
    assert "GRADER_ISOLATION" in last.reason["en"]


def test_another_system_is_refused_at_once(monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")

    (only,) = doctor.examine(FakeEngine)

    assert only.level == doctor.FAIL


def test_every_finding_says_itself_in_both_languages_and_every_trouble_has_a_repair(monkeypatch, folder):
    monkeypatch.setenv("GRADER_EXERCISES", str(folder))

    for found in doctor.examine(lambda _settings: FakeEngine(SandboxError("x"))):
        assert all(found.name[locale] and found.reason[locale] for locale in ("en", "zh"))
        assert found.level == doctor.PASS or all(found.repair[locale] for locale in ("en", "zh"))
