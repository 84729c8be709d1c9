"""The 36 known mistakes, each tried on the installed torch: what it says, or what it silently does."""

import math
import warnings

import pytest
import torch

from grader.checks.feedback import Catalogue
from grader.checks.messages import (
    AMBIGUOUS_BOOL,
    BOOL_CALLED,
    FREED,
    GRAD_IS_NONE,
    INTEGER_LEAF,
    LEAF_IN_PLACE,
    MISTAKES,
    NO_GRAPH,
    NO_ZERO_GRAD,
    NODE_HAS_NO_BACKWARD,
    NOT_ONE_ELEMENT,
    NUMBER_HAS_NO_BACKWARD,
    NUMPY_ON_GRAD,
    OUT_WITH_GRAD,
    SAVED_MODIFIED,
    SCALAR_RULE,
    UNUSED_INPUT,
    UPSTREAM_KIND,
    UPSTREAM_SHAPE,
    advice_for,
)


def leaf(*numbers):
    return torch.tensor(numbers or (1.0, 2.0), requires_grad=True)


def vector_backward():
    (leaf() ** 2).backward()


def twice():
    y = (leaf() ** 2).sum()
    y.backward()
    y.backward()


def zeroing_between_does_not_help():
    x = leaf()
    y = (x**2).sum()
    y.backward()
    x.grad = None
    y.backward()


def retaining_on_the_second_is_too_late():
    y = (leaf() ** 2).sum()
    y.backward()
    y.backward(retain_graph=True)


def numpy_of_a_graph():
    leaf().numpy()


def integer_leaf():
    torch.tensor([1, 2], requires_grad=True)


def integer_leaf_by_method():
    torch.tensor([1, 2]).requires_grad_()


def cut_by_detach():
    leaf().detach().sum().backward()


def cut_by_no_grad():
    with torch.no_grad():
        y = leaf().sum()
    y.backward()


def no_create_graph():
    x = leaf()
    (first,) = torch.autograd.grad((x**2).sum(), x)
    torch.autograd.grad(first.sum(), x)


def leaf_in_place():
    x = leaf()
    x += 1


def view_of_a_leaf_in_place():
    x = leaf()
    x[0] = 1.0


def saved_tensor_in_place():
    y = torch.exp(leaf())
    y.add_(1)
    y.sum().backward()


def upstream_of_another_shape():
    (leaf() ** 2).backward(torch.ones(3))


def upstream_as_a_list():
    (leaf() ** 2).backward([1, 1])


def zeroing_before_the_first_backward():
    leaf().grad.zero_()


def zero_grad_of_a_tensor():
    leaf().zero_grad()


def zeros_of_a_gradient():
    x = leaf()
    x.sum().backward()
    x.grad.zeros_()


def item_has_left_the_graph():
    leaf().sum().item().backward()


def math_on_a_vector():
    math.sin(leaf())


def backward_of_a_node():
    torch.sin(leaf()).grad_fn.backward()


def condition_on_a_vector():
    if leaf() > 0:
        pass


def unused_input():
    x = leaf()
    torch.autograd.grad(leaf().sum(), x)


def flag_called():
    leaf().requires_grad()


def out_argument():
    torch.add(leaf(), 1, out=torch.empty(2))


RAISING = [
    (1, vector_backward, SCALAR_RULE),
    (2, twice, FREED),
    (4, retaining_on_the_second_is_too_late, FREED),
    (5, zeroing_between_does_not_help, FREED),
    (9, numpy_of_a_graph, NUMPY_ON_GRAD),
    (10, integer_leaf, INTEGER_LEAF),
    (10, integer_leaf_by_method, INTEGER_LEAF),
    (11, cut_by_detach, NO_GRAPH),
    (11, cut_by_no_grad, NO_GRAPH),
    (15, leaf_in_place, LEAF_IN_PLACE),
    (15, view_of_a_leaf_in_place, LEAF_IN_PLACE),
    (16, saved_tensor_in_place, SAVED_MODIFIED),
    (19, upstream_of_another_shape, UPSTREAM_SHAPE),
    (19, upstream_as_a_list, UPSTREAM_KIND),
    (20, zeroing_before_the_first_backward, GRAD_IS_NONE),
    (21, zero_grad_of_a_tensor, NO_ZERO_GRAD),
    (21, zeros_of_a_gradient, NO_ZERO_GRAD),
    (22, item_has_left_the_graph, NUMBER_HAS_NO_BACKWARD),
    (22, math_on_a_vector, NOT_ONE_ELEMENT),
    (23, backward_of_a_node, NODE_HAS_NO_BACKWARD),
    (25, condition_on_a_vector, AMBIGUOUS_BOOL),
    (26, no_create_graph, NO_GRAPH),
    (28, unused_input, UNUSED_INPUT),
    (34, flag_called, BOOL_CALLED),
    (36, out_argument, OUT_WITH_GRAD),
]


@pytest.mark.parametrize(("number", "mistake", "fragment"), RAISING, ids=lambda value: getattr(value, "__name__", None))
def test_torch_says_what_the_table_says(number, mistake, fragment):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the message is what is tested
        mistake()
    message = str(caught.value)
    assert fragment in message
    # 4, 5 and 26 are told by the same message as 2 and 11: their advice is the one for that message.
    if number not in (4, 5, 26):
        assert advice_for(message) in {known.advice for known in MISTAKES if known.number == number}


def a_sum_can_be_passed_twice():  # 3
    x = leaf()
    y = x.sum()
    y.backward()
    y.backward()
    return torch.equal(x.grad, torch.full((2,), 2.0))


def gradients_add_up():  # 6
    x = leaf()
    for _ in range(3):
        (x**2).sum().backward()
    return torch.equal(x.grad, 6 * x.detach())


def upstream_other_than_ones_weighs():  # 7
    x = leaf()
    (x**2).backward(x.detach())
    return torch.equal(x.grad, 2 * x.detach() ** 2)


def exact_comparison_fails_on_floats():  # 8
    a = torch.linspace(0.1, 0.9, 1000, requires_grad=True)
    d = 100 * (a * 3)
    d.sum().backward()
    return not bool((a.grad == d / a).all()) and torch.allclose(a.grad, d / a)


def a_non_leaf_has_no_grad():  # 12
    x = leaf()
    y = x * 2
    y.sum().backward()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        return y.grad is None and any("not a leaf" in str(warning.message) for warning in said)


def a_tensor_outside_the_graph_has_no_grad():  # 13
    x, other = leaf(), leaf()
    x.sum().backward()
    return other.grad is None


def a_method_that_is_not_called_does_nothing():  # 14
    x = leaf()
    y = x.sum()
    y.backward  # noqa: B018
    return x.grad is None


def an_in_place_sum_is_fine():  # 17
    x = leaf()
    y = x * 2
    y.add_(1)
    y.sum().backward()
    return torch.equal(x.grad, torch.full((2,), 2.0))


def writing_data_is_silently_wrong():  # 18
    x = leaf()
    y = (x**2).sum()
    x.data.zero_()
    y.backward()
    return torch.equal(x.grad, torch.zeros(2))


def backward_returns_none():  # 24
    return leaf().sum().backward() is None


def cost_grows_by_a_factor():  # 27
    x = leaf()
    counts = []
    y = torch.sin(x).sum()
    for _ in range(3):
        counts.append(nodes(y))
        y = torch.autograd.grad(y, x, create_graph=True)[0].sum()
    return counts[2] < 4 * counts[1] < 16 * counts[0]


def nodes(tensor):
    seen, waiting = set(), [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [following for following, _ in node.next_functions]
    return len(seen)


def grad_returns_a_tuple():  # 29
    x = leaf()
    return type(torch.autograd.grad(x.sum(), x)) is tuple


def a_difference_is_not_exact():  # 30
    x, step = torch.tensor(1.0), 1e-3
    return abs(float((torch.sin(x + step) - torch.sin(x - step)) / (2 * step) - torch.cos(x))) > 1e-7


def a_branch_is_recorded_only_when_taken():  # 31
    x = leaf()
    y = x * 2 if x.sum() > 0 else torch.exp(x)
    return type(y.grad_fn).__name__ == "MulBackward0"


def the_ratio_is_no_gradient_in_general():  # 32
    x = leaf()
    d = x**2
    d.sum().backward()
    return not torch.allclose(x.grad, d.detach() / x.detach())


def singular_points_give_nan():  # 33
    x = leaf(0.0, 0.0)
    (x**2).sum().sqrt().backward()
    z = leaf(-1.0, 4.0)
    torch.where(z > 0, torch.sqrt(z), z).sum().backward()
    return bool(x.grad.isnan().all()) and bool(z.grad.isnan().any())


def a_copy_is_cut_off():  # 35
    x = leaf()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        copy = torch.tensor(x, requires_grad=True)
    (copy**2).sum().backward()
    return x.grad is None and bool(said)


SILENT = {
    3: a_sum_can_be_passed_twice,
    6: gradients_add_up,
    7: upstream_other_than_ones_weighs,
    8: exact_comparison_fails_on_floats,
    12: a_non_leaf_has_no_grad,
    13: a_tensor_outside_the_graph_has_no_grad,
    14: a_method_that_is_not_called_does_nothing,
    17: an_in_place_sum_is_fine,
    18: writing_data_is_silently_wrong,
    24: backward_returns_none,
    27: cost_grows_by_a_factor,
    29: grad_returns_a_tuple,
    30: a_difference_is_not_exact,
    31: a_branch_is_recorded_only_when_taken,
    32: the_ratio_is_no_gradient_in_general,
    33: singular_points_give_nan,
    35: a_copy_is_cut_off,
}


@pytest.mark.parametrize("number", SILENT)
def test_torch_does_silently_what_the_table_says(number):
    assert SILENT[number]()


def test_all_36_mistakes_are_tried():
    assert {mistake.number for mistake in MISTAKES} == set(range(1, 37))
    assert {number for number, _, _ in RAISING} | set(SILENT) == set(range(1, 37))


def test_every_mistake_has_advice_in_the_catalogue_and_a_known_code():
    catalogue = Catalogue()
    assert {mistake.advice for mistake in MISTAKES} <= catalogue.advice
    assert {mistake.code for mistake in MISTAKES if mistake.code} <= catalogue.codes


def test_an_unknown_message_gets_no_advice():
    assert advice_for("name 'y' is not defined") == ""
