"""Small mistakes put into each solution lose points, or are no mistakes for a reason that is written down."""

import pytest

from grader.packcheck.lint import lint
from grader.packcheck.mutants import mutants_of, try_mutants
from grader.packcheck.summary import Mutation
from grader.packs import find_pack, pack_ids
from grader.runner.engine import Engine
from grader.settings import read_settings

SETTINGS = read_settings()
EVERY_PACK = pytest.mark.parametrize("pack_id", pack_ids(SETTINGS.exercises))


@EVERY_PACK
def test_lint_finds_nothing(pack_id):
    assert [str(entry) for entry in lint(find_pack(pack_id, SETTINGS.exercises))] == []


@pytest.mark.slow
@EVERY_PACK
def test_every_mutant_is_killed_or_explained(pack_id):
    pack = find_pack(pack_id, SETTINGS.exercises)
    mutants = mutants_of((pack.path / "solution.py").read_text(encoding="utf-8"))
    with Engine(SETTINGS) as engine:
        mutation = Mutation(tuple(try_mutants(engine, pack, mutants)))

    assert [str(entry) for entry in mutation.complaints(pack)] == []
    assert mutation.killed >= 20
