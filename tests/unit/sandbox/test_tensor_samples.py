"""A tensor too large to be told in full is told by a sample, the same places every time."""

import torch

from grader.sandbox.tensor_bytes import MAX_ELEMENTS, SAMPLED_ELEMENTS, raw, sample


def test_a_large_tensor_is_sampled_evenly_from_its_first_element_on():
    tensor = torch.arange(float(3 * MAX_ELEMENTS)).reshape(3, MAX_ELEMENTS)
    assert raw(tensor) is None
    name, shape, data = sample(tensor)
    (count,) = shape
    assert (name, count <= SAMPLED_ELEMENTS, len(data)) == ("float32", True, 4 * count)
    values = torch.frombuffer(bytearray(data), dtype=torch.float32)
    assert torch.equal(values, torch.arange(0.0, 3 * MAX_ELEMENTS, 12))


def test_what_has_no_plain_memory_has_no_sample():
    assert sample(torch.ones(200, 100).T) is None
    assert sample(torch.ones(9000, device="meta")) is None
    assert sample(torch.ones(90, 100).to_sparse()) is None
