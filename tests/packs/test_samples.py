"""Every pack against its own samples: no right answer loses a point, no wrong one passes, each is told why."""

import pytest

from grader.packcheck.verify import complaints_of, verify
from grader.packs import find_pack, pack_ids
from grader.runner.engine import Engine
from grader.settings import read_settings

SETTINGS = read_settings()


@pytest.fixture(scope="module")
def engine():
    with Engine(SETTINGS) as running:
        yield running


@pytest.mark.parametrize("pack_id", pack_ids(SETTINGS.exercises))
def test_every_sample_gets_what_it_must_get_under_three_seeds(engine, pack_id):
    pack = find_pack(pack_id, SETTINGS.exercises)
    outcomes = verify(engine, pack, every_seed=True)
    assert [f"{entry} (seed {entry.seed})" for entry in complaints_of(outcomes)] == []


@pytest.mark.parametrize("pack_id", pack_ids(SETTINGS.exercises))
def test_a_pack_ships_enough_right_and_wrong_answers(pack_id):
    from grader.packcheck.expectations import right_samples, wrong_samples

    path = find_pack(pack_id, SETTINGS.exercises).path
    assert len(right_samples(path)) > 12
    assert len(wrong_samples(path)) >= 12
