"""One pack held against everything: lint, its samples and, where asked for, its mutants."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from grader.errors import PackError
from grader.packcheck.complaints import Complaint, complaint, merged
from grader.packcheck.lint import lint
from grader.packcheck.mutants import EQUIVALENT_MUTANTS, Mutant, mutants_of, try_mutants
from grader.packcheck.schedule import Grader
from grader.packcheck.summary import Confusion, Mutation, PackResult
from grader.packcheck.verify import SEEDS, complaints_of, gradings_of, verify
from grader.packs import Pack

# With one of these nothing can be graded, or every sample would only repeat it.
STOPPING = frozenset(["part-missing", "not-python", "header-missing", "test-missing", "test-undeclared", "pack-fault"])

OnStep = Callable[[], None]


class Examination:
    """The examination of one pack: `steps` gradings, made by `run`. With none to make, `without_grading` is all."""

    def __init__(self, pack: Pack, *, with_mutants: bool, every_seed: bool = False) -> None:
        self.pack = pack
        self._every_seed = every_seed
        self._lint = lint(pack)
        self._can_be_graded = not any(entry.key in STOPPING for entry in self._lint)
        self._mutants: Sequence[Mutant] | None = None
        if with_mutants and self._can_be_graded:
            self._mutants = mutants_of((pack.path / "solution.py").read_text(encoding="utf-8"))

    @property
    def steps(self) -> int:
        """How many gradings there are to make."""
        samples = gradings_of(self.pack, every_seed=self._every_seed) if self._can_be_graded else 0
        return samples + len(self._mutants or ())

    def without_grading(self) -> PackResult:
        """What lint alone says."""
        return PackResult(self.pack.id, tuple(merged(self._lint)))

    def run(self, engine: Grader, jobs: int, on_step: OnStep) -> PackResult:
        """Grade everything; `on_step` is called after each grading."""
        began = time.monotonic()
        outcomes = verify(engine, self.pack, SEEDS, jobs, lambda _: on_step(), every_seed=self._every_seed)
        complaints = [*self._lint, *complaints_of(outcomes)]
        mutation = None
        # Where the solution itself loses points, mutants that lose some say nothing.
        if self._mutants is not None and not any(outcome.complaints for outcome in outcomes if outcome.kind == "right"):
            mutation, found = self._try_mutants(engine, self._mutants, jobs, on_step)
            complaints += found
        seconds = time.monotonic() - began
        return PackResult(self.pack.id, tuple(merged(complaints)), Confusion.of(outcomes), mutation, seconds)

    def _try_mutants(
        self, engine: Grader, mutants: Sequence[Mutant], jobs: int, on_step: OnStep
    ) -> tuple[Mutation | None, list[Complaint]]:
        try:
            trials = try_mutants(engine, self.pack, mutants, jobs, lambda _: on_step())
        except PackError as error:
            return None, [complaint(EQUIVALENT_MUTANTS, "equivalent-malformed", reason=str(error))]
        mutation = Mutation(tuple(trials))
        return mutation, list(mutation.complaints(self.pack))
