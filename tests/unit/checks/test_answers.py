"""Single answers: numbers and a yes or no, in whatever form they come."""

import pytest
import torch

from grader.checks.answers import as_count, as_truth, counts_in
from grader.checks.values import to_array
from grader.wire.messages import MappingValue, NdarrayValue, SequenceValue, TensorValue


def tensor_value(*numbers, dtype=torch.bool):
    tensor = torch.tensor(numbers[0] if len(numbers) == 1 else numbers, dtype=dtype)
    return TensorValue("Tensor", str(dtype)[6:], tuple(tensor.shape), to_array(tensor), False, True, None)


def ndarray_value(*numbers, dtype=torch.bool):
    return NdarrayValue(tensor_value(*numbers, dtype=dtype).array)


@pytest.mark.parametrize("value", [7, 7.0, tensor_value(7, dtype=torch.int64), ndarray_value(7, dtype=torch.int64)])
def test_a_count_is_a_number_in_any_form(value):
    assert as_count(value) == 7.0


@pytest.mark.parametrize(
    "value", [None, True, "7", tensor_value(1, 2, dtype=torch.int64), tensor_value(True), SequenceValue("tuple", (7,))]
)
def test_what_is_not_one_number_is_no_count(value):
    assert as_count(value) is None


def test_counts_are_found_by_name():
    report = MappingValue((("second", 15), (" First ", 6), ("note", "x")))
    assert counts_in(report, "first", "second") == (6.0, 15.0)
    assert counts_in(report, "first", "third") is None
    assert counts_in(MappingValue((("first", None), ("second", 3))), "first", "second") is None
    assert counts_in(SequenceValue("list", (6, 15)), "first", "second") is None
    assert counts_in(None, "first") is None


@pytest.mark.parametrize(
    "value",
    [True, 1, 1.0, tensor_value(True), tensor_value(True, True), ndarray_value(True), SequenceValue("list", (True, 1))],
)
def test_a_yes_is_a_yes_in_any_form(value):
    assert as_truth(value) is True


@pytest.mark.parametrize(
    "value", [False, 0, tensor_value(False), tensor_value(True, False), ndarray_value(False, False)]
)
def test_a_no_is_a_no_in_any_form(value):
    assert as_truth(value) is False


@pytest.mark.parametrize(
    "value", [None, "True", 2, 0.5, tensor_value(0.3, 1.0, dtype=torch.float32), SequenceValue("tuple", ())]
)
def test_what_is_neither_is_no_answer(value):
    assert as_truth(value) is None
