"""`examples`: whatever way a student writes his inputs down, they are read as the tensors he means."""

import pytest
import torch

from grader.checks.examples import MOST, readings
from grader.sandbox.values import Values


def read(written):
    return [[(one.label, one.x.tolist()) for one in way] for way in readings(Values().of(written))]


@pytest.mark.parametrize(
    "written",
    [
        [torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])],
        (torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([3, 4])),
        [[1, 2.0], (3.0, 4)],
        torch.tensor([[1.0, 2.0], [3.0, 4.0]]),
        torch.tensor([[1.0, 2.0], [3.0, 4.0]]).numpy(),
        [("small", torch.tensor([1.0, 2.0])), ("large", torch.tensor([3.0, 4.0]))],
        [{"name": "small", "x": [1.0, 2.0]}, {"name": "large", "x": [3.0, 4.0]}],
    ],
)
def test_lists_tuples_tensors_and_named_pairs_are_inputs(written):
    assert read(written)[0] == [("1", [1.0, 2.0]), ("2", [3.0, 4.0])]


def test_the_keys_of_a_dictionary_name_its_inputs():
    assert read({"small": 1.5, "large": 20})[0] == [("small", 1.5), ("large", 20.0)]


def test_a_list_of_inputs_under_one_key_can_be_read_as_several():
    assert [("pos.1", 1.0), ("pos.2", 2.0), ("neg.1", -1.0)] in read({"pos": [1.0, 2.0], "neg": [-1.0]})


def test_numbers_can_also_be_read_as_vectors_of_one():
    assert read([1.0, 2.0])[-1] == [("1", [1.0]), ("2", [2.0])]


@pytest.mark.parametrize("written", [None, 3.0, "text", [], [1.0], ["a", "b"], {}, [None, None], [torch.zeros(0)] * 2])
def test_less_than_two_inputs_are_none(written):
    assert readings(Values().of(written)) == []


def test_inputs_are_in_floating_point_and_double_stays_double():
    (one, two), *_ = readings(Values().of([torch.tensor([1]), torch.tensor([1.0], dtype=torch.float64)]))
    assert (one.x.dtype, two.x.dtype) == (torch.float32, torch.float64)


def test_a_long_list_is_cut():
    assert len(readings(Values().of([1.0] * 500))[0]) == MOST
