"""Comparing: right answers in float32 always pass, answers wrong by one part in two thousand never do."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.checks.compare import close, why_wrong
from grader.checks.references import grad
from grader.checks.values import to_array
from grader.wire.messages import NdarrayValue, OpaqueValue, SequenceValue, TensorValue

FUNCTIONS = [
    lambda x: torch.sin(x**2) * torch.exp(-x),
    lambda x: x**3 + 2 * x,
    lambda x: torch.tanh(x) / (1 + x**2),
    lambda x: torch.log(1 + x**2),
    torch.sigmoid,
    lambda x: torch.sqrt(1 + x**2),
]


def wire(tensor):
    return TensorValue("Tensor", "float32", tuple(tensor.shape), to_array(tensor), False, True, None)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(FUNCTIONS))
def test_autodiff_in_float32_is_always_close(seed, function):
    x = (torch.rand(7, generator=torch.Generator().manual_seed(seed)) * 4 - 2).requires_grad_()
    function(x).sum().backward()
    assert close(x.grad, grad(function, x))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 6))
def test_a_derivative_wrong_by_one_part_in_two_thousand_is_never_close(seed, place):
    want = torch.rand(7, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) + 0.5
    wrong = want.clone()
    wrong[place] *= 1 + 1 / 2000
    assert not close(wrong.float(), want)


@pytest.mark.parametrize("got", [torch.ones(3), torch.ones(1, 2), torch.tensor([1.0, math.nan]), torch.ones(())])
def test_shape_and_finiteness_come_before_values(got):
    assert not close(got, torch.ones(2))


@pytest.mark.parametrize("got", [None, "1", True, OpaqueValue("X", "", False), SequenceValue("tuple", (1.0, 1.0))])
def test_what_is_no_numeric_data_is_never_close(got):
    assert not close(got, torch.ones(2))


@pytest.mark.parametrize(
    "got",
    [wire(torch.ones(2)), NdarrayValue(to_array(torch.ones(2).double())), SequenceValue("list", (1.0, 1))],
)
def test_tensors_arrays_and_lists_of_numbers_are_numeric_data(got):
    assert close(got, torch.ones(2))


def test_a_known_mistake_is_named_with_the_ratio():
    want = torch.tensor([1.0, 2.0])
    diagnosis = why_wrong(wire(2 * want), want, mean_not_sum=want / 2, accumulated=2 * want)
    assert (diagnosis.code, diagnosis.detail["ratio"]) == ("accumulated", 2.0)


@pytest.mark.parametrize(
    ("got", "code"),
    [
        (None, "no-gradient"),
        (SequenceValue("tuple", ()), "not-a-tensor"),
        (wire(torch.ones(3)), "wrong-shape"),
        (wire(torch.tensor([math.inf, 1.0])), "grad-not-finite"),
        (wire(torch.tensor([5.0, -3.0])), "wrong-gradient"),
    ],
)
def test_an_unknown_mistake_is_said_to_be_of_its_kind(got, code):
    assert why_wrong(got, torch.ones(2)).code == code


def test_a_wrong_answer_never_carries_the_expected_numbers():
    want = torch.tensor([1.2345, 6.789])
    diagnosis = why_wrong(wire(torch.tensor([5.0, -3.0])), want)
    assert not any("1.23" in str(value) or "6.78" in str(value) for value in diagnosis.detail.values())
