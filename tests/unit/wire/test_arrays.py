"""Arrays keep their element type, shape and values between numpy and the wire."""

import subprocess
import sys

import numpy as np
import pytest

from grader.wire.arrays import from_numpy, to_numpy
from grader.wire.codec import WireError
from grader.wire.messages import DTYPES, Array


@pytest.mark.parametrize("dtype", sorted(set(DTYPES) - {"bfloat16"}))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 4)])
def test_an_array_comes_back_as_it_was(dtype, shape):
    numbers = np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    back = to_numpy(from_numpy(numbers))
    assert (back.dtype, back.shape) == (numbers.dtype, numbers.shape)
    assert np.array_equal(back, numbers)


@pytest.mark.parametrize("numbers", [
    np.arange(6.0).reshape(2, 3).T, np.arange(6)[::2], np.arange(4, dtype=">f8"), np.float32(2.5),
    np.array([np.nan, -np.inf, -0.0]),
])  # fmt: skip
def test_strides_and_byte_order_do_not_matter(numbers):
    array = from_numpy(numbers)
    assert len(array.data) == np.asarray(numbers).nbytes
    assert np.array_equal(to_numpy(array), numbers, equal_nan=True)


def test_bfloat16_is_read_as_the_float32_of_the_same_value():
    data = np.array([0x3F80, 0xC020, 0x7FC0], "<u2").tobytes()
    back = to_numpy(Array("bfloat16", (3,), data))
    assert back.dtype == np.float32
    assert np.array_equal(back, np.array([1.0, -2.5, np.nan], np.float32), equal_nan=True)


def test_a_bool_of_another_byte_is_plainly_true():
    back = to_numpy(Array("bool", (3,), b"\x00\x02\xff"))
    assert (back == np.array([False, True, True])).all()
    assert back.view(np.uint8).tolist() == [0, 1, 1]


def test_the_result_may_be_written_to():
    for dtype in ("float64", "bfloat16", "bool"):
        to_numpy(Array(dtype, (1,), bytes(DTYPES[dtype])))[0] = 1


@pytest.mark.parametrize("array", [
    Array("float64", (2,), bytes(8)), Array("float64", (), b""), Array("object", (1,), bytes(8)),
    Array("uint8", (0, 2**62), b""),
])  # fmt: skip
def test_bytes_that_do_not_fit_are_refused(array):
    with pytest.raises(WireError):
        to_numpy(array)


@pytest.mark.parametrize("numbers", [
    np.array(["a"]), np.array([object()]), np.array([1], "datetime64[s]"), np.array([1], np.uint64),
])  # fmt: skip
def test_an_element_type_the_wire_does_not_know_is_refused(numbers):
    with pytest.raises(WireError):
        from_numpy(numbers)


def test_the_wire_loads_neither_torch_nor_a_test_runner():
    code = (
        "import sys, grader.wire.codec, grader.wire.arrays; print({'torch', 'pytest', 'hypothesis'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
