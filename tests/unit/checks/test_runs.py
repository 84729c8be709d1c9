"""The log of autograd runs: what counts as a second pass, as accumulated, as zeroed."""

from dataclasses import replace

import pytest
import torch

from grader.checks.messages import SCALAR_RULE
from grader.checks.runs import Runs, same_gains
from grader.checks.values import to_array
from grader.wire.messages import Root
from tests.unit.checks.reports import FREED_TEXT, leaf, problem, run

FIRST = run(leaf(None, (3.0, 4.0)))
AGAIN = run(leaf((3.0, 4.0), (6.0, 8.0)))
CLEARED = run(leaf((0.0, 0.0), (3.0, 4.0)))


def test_a_run_through_the_same_nodes_is_a_second_pass():
    (only,) = Runs([FIRST, AGAIN]).second_passes
    assert only.accumulated
    assert not only.zeroed


@pytest.mark.parametrize("before", [None, (0.0, 0.0)])
def test_a_pass_that_finds_the_gradient_cleared_is_zeroed(before):
    (only,) = Runs([FIRST, run(leaf(before, (3.0, 4.0)))]).second_passes
    assert only.zeroed
    assert not only.accumulated


def test_a_run_through_a_new_graph_is_no_second_pass():
    runs = Runs([FIRST, run(leaf((3.0, 4.0), (6.0, 8.0)), nodes=(20,))])
    assert not runs.second_passes
    assert runs.why_no_second_pass == "graph-rebuilt"


def test_one_shared_node_is_enough():
    assert Runs([FIRST, run(leaf((3.0, 4.0), (6.0, 8.0)), nodes=(11, 30))]).second_passes


def test_a_refused_pass_is_no_second_pass():
    runs = Runs([FIRST, run(leaf((3.0, 4.0), (3.0, 4.0)), error=problem(FREED_TEXT))])
    assert len(runs.refused) == 1
    assert not runs.second_passes
    assert runs.why_no_second_pass == "not-retained"


@pytest.mark.parametrize("earlier", [(), (replace(FIRST, retain_graph=True),), (replace(FIRST, nodes=(20,)),)])
def test_torch_refuses_only_what_was_freed(earlier):
    """The message alone may be raised by a hook or a Function of the student's."""
    assert not Runs([*earlier, run(leaf(None, None), error=problem(FREED_TEXT))]).refused


def test_of_very_many_runs_the_message_has_to_do():
    kept = [replace(FIRST, nodes=(20 + place,)) for place in range(64)]
    assert Runs([*kept, run(leaf(None, None), error=problem(FREED_TEXT))]).refused


@pytest.mark.parametrize(
    ("numbers", "known"), [((5.0,), True), ((5.0, 5.0), True), ((4.0,), False), ((5.0, 4.0), False), (None, True)]
)
def test_passes_are_known_by_the_number_they_began_at(numbers, known):
    value = None if numbers is None else to_array(torch.tensor(numbers))
    shape = () if numbers is None else (len(numbers),)
    roots = (Root(None, None, "float64", shape, value),)
    passes = Runs([replace(one, roots=roots) for one in (FIRST, AGAIN)]).second_passes_from(torch.tensor(5.0))
    assert bool(passes) is known


def test_what_another_run_put_there_meanwhile_was_not_accumulated():
    meanwhile = run(leaf((0.0, 0.0), (3.0, 4.0)), nodes=(50,))
    passes = Runs([FIRST, meanwhile, AGAIN]).second_passes
    assert passes
    assert not any(leaf.accumulated for leaf in passes)


def test_a_pass_gave_the_gradient_that_it_added():
    (only,) = Runs([FIRST, AGAIN]).second_passes
    assert only.gave(torch.tensor((3.0, 4.0)))
    assert not only.gave(torch.tensor((6.0, 8.0)))
    assert not only.gave(torch.tensor((3.0, 4.0, 5.0)))


@pytest.mark.parametrize(("after", "same"), [((6.0, 8.0), [True]), ((3.0, 4.0), [False]), (None, [])])
def test_gains_of_a_marked_log_are_held_against_the_plain_one(after, same):
    assert same_gains(Runs([FIRST]), Runs([run(leaf(None, after))]), mark=2.0) == same


def test_gains_at_other_values_of_the_leaf_tell_nothing():
    moved = run(replace(leaf(None, (3.0, 4.0)), value=to_array(torch.tensor((9.0, 9.0)))))
    assert same_gains(Runs([FIRST]), Runs([moved]), mark=2.0) == []


def test_the_rule_about_scalars_is_a_mistake_where_nothing_else_ran():
    scalar = problem(SCALAR_RULE)
    assert Runs([FIRST]).taught(scalar)
    assert not Runs([run(leaf(None, None), error=scalar)]).taught(scalar)
    assert Runs([]).taught(problem(FREED_TEXT))


@pytest.mark.parametrize(("runs", "code"), [([], "never-run-twice"), ([FIRST], "not-retained")])
def test_too_few_runs_are_told(runs, code):
    assert Runs(runs).why_no_second_pass == code


def test_autograd_grad_is_no_pass_that_could_accumulate():
    by_grad = run(leaf(None, None), entry="grad")
    runs = Runs([by_grad, by_grad])
    assert not runs.second_passes
    assert runs.why_no_second_pass == "graph-rebuilt"


def test_accumulation_shows_also_over_what_was_there_before():
    runs = Runs([run(leaf((5.0, 5.0), (8.0, 9.0))), run(leaf((8.0, 9.0), (11.0, 13.0)))])
    assert runs.second_passes[0].accumulated


def test_a_loop_over_points_shows_neither_accumulation_nor_zeroing():
    one, other = run(leaf(None, (3.0, 0.0))), run(leaf((3.0, 0.0), (3.0, 4.0)))
    assert not any(leaf.accumulated or leaf.zeroed for leaf in Runs([one, other]).second_passes)
    cleared = run(leaf(None, (0.0, 4.0)))
    assert not any(leaf.accumulated or leaf.zeroed for leaf in Runs([one, cleared]).second_passes)


def test_a_gradient_of_zero_proves_nothing():
    zero = run(leaf((0.0, 0.0), (0.0, 0.0)))
    assert not any(leaf.accumulated or leaf.zeroed for leaf in Runs([zero, zero]).second_passes)


def test_changed_values_of_the_leaf_are_seen():
    runs = Runs([FIRST, run(leaf((3.0, 4.0), (6.0, 8.0), value=(0.0, 0.0)))])
    assert runs.second_passes[0].moved


def test_runs_that_reach_the_handed_tensor_are_known_by_its_values():
    runs = Runs([FIRST, run(leaf(None, (1.0, 1.0), value=(7.0, 7.0)))])
    assert len(runs.reaching(torch.tensor([1.0, 2.0]))) == 1
    assert not len(runs.reaching(torch.tensor([1.0, 2.0, 3.0])))


def test_before_and_after_of_every_second_pass_can_be_read():
    ((before, after),) = Runs([FIRST, AGAIN]).grads_of_second_pass
    assert (before.tolist(), after.tolist()) == ([3.0, 4.0], [6.0, 8.0])
    assert len(Runs([FIRST, AGAIN, CLEARED]).second_passes) == 3
