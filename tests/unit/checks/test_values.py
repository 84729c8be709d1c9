"""Wire values become tensors and Python's own kinds, bit for bit."""

import pytest
import torch

from grader.checks.values import kind_of, numbers, shown, texts, to_array, to_python, to_tensor
from grader.wire.messages import DTYPES, ExceptionValue, MappingValue, OpaqueValue, SequenceValue


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
def test_every_dtype_goes_to_the_wire_and_back(name, shape):
    tensor = torch.arange(torch.Size(shape).numel()).reshape(shape).to(getattr(torch, name))
    array = to_array(tensor)
    assert (array.dtype, array.shape, len(array.data)) == (name, shape, tensor.numel() * DTYPES[name])
    assert torch.equal(to_tensor(array), tensor)


def test_a_transposed_tensor_is_sent_in_the_order_of_its_rows():
    tensor = torch.arange(6.0).reshape(2, 3).T
    assert torch.equal(to_tensor(to_array(tensor)), tensor)


def test_an_answer_that_is_ragged_or_not_a_number_is_no_numeric_data():
    assert numbers(SequenceValue("list", (1.0, SequenceValue("list", (1.0,))))) is None
    assert numbers(SequenceValue("list", ())) is None
    assert numbers(True) is None


def test_containers_become_their_own_kind():
    value = SequenceValue("tuple", (1, MappingValue((("a", "b"), (SequenceValue("list", ()), 2)))))
    assert to_python(value) == (1, {"a": "b", "[]": 2})


def test_every_text_in_a_value_is_found():
    error = ExceptionValue(("RuntimeError", "Exception"), "no")
    value = SequenceValue("tuple", ("yes", MappingValue((("k", error),)), OpaqueValue("T", "repr", False)))
    assert texts(value) == ["yes", "k", "no", "RuntimeError", "Exception", "repr"]


def test_a_value_has_a_short_name():
    assert kind_of(None) == "None"
    assert kind_of(SequenceValue("tuple", (1, 2))) == "tuple of 2"
    assert kind_of(True) == "bool"


def test_a_long_tensor_is_cut_where_it_is_shown():
    assert shown(torch.arange(8.0)) == "[0, 1, 2, 3, 4, 5, …]"
    assert shown(torch.tensor(2.5)) == "2.5"
