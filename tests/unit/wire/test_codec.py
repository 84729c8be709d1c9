"""Whatever may be said on the wire arrives as it was said; whatever is not a message is a WireError."""

import json
import math
import socket
import struct
import threading
import time
import types
import typing
from dataclasses import fields, is_dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.limits import ARRAY_ELEMENTS, FRAME_BYTES, NESTING_DEPTH, SUBMISSION_BYTES, TEXT_CHARACTERS
from grader.wire import messages
from grader.wire.codec import PREFIX_BYTES, WireError, decode, encode, frame_bytes, read_frame
from grader.wire.messages import (
    DTYPES,
    REGISTRY,
    Array,
    AxesData,
    Call,
    FigureData,
    OpaqueValue,
    Read,
    ReadReport,
    RunReport,
    RunSubmission,
    SequenceValue,
    Series,
    TensorValue,
    World,
)

NONCE = bytes(range(16))

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
scalars = {
    type(None): st.none(),
    bool: st.booleans(),
    int: st.integers(-(2**63), 2**63 - 1),
    float: st.floats(),
    complex: st.complex_numbers(),
    str: texts | st.just("多" * 2000) | st.just("a\n" * 1500),
}


@st.composite
def arrays(draw):
    dtype = draw(st.sampled_from(sorted(DTYPES)))
    shape = tuple(draw(st.lists(st.integers(0, 3), max_size=3)))
    size = math.prod(shape) * DTYPES[dtype]
    return Array(dtype, shape, draw(st.binary(min_size=size, max_size=size)))


@st.composite
def series(draw):
    length = draw(st.integers(0, 4))
    x, y = (Array("float64", (length,), draw(st.binary(min_size=8 * length, max_size=8 * length))) for _ in "xy")
    return Series(draw(texts), x, y, draw(texts), (draw(texts),), draw(texts), draw(st.booleans()))


def strategy(annotation, depth=0):
    """Values of exactly this annotation, made from the declaration and not from the codec."""
    if annotation in scalars:
        return scalars[annotation]
    if annotation is Array:
        return arrays()
    if annotation is Series:
        return series()
    arguments = typing.get_args(annotation)
    origin = typing.get_origin(annotation)
    if origin is types.UnionType:
        kept = [a for a in arguments if depth < 3 or not is_dataclass(a)]
        return st.one_of(*(strategy(a, depth) for a in kept))
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(st.deferred(lambda: strategy(arguments[0], depth + 1)), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*(strategy(a, depth + 1) for a in arguments))
    if origin is dict:
        return st.dictionaries(texts, strategy(arguments[1], depth + 1), max_size=2)
    hints = typing.get_type_hints(annotation, vars(messages))
    parts = {f.name: strategy(hints[f.name], depth + 1) for f in fields(annotation)}
    if "shape" in parts:
        parts["shape"] = st.lists(st.integers(0, 2**63 - 1), max_size=20).map(tuple)
    return st.builds(annotation, **parts)


def same(left, right):
    """Equality of value and of exact type, all the way down; a nan equals a nan."""
    if is_dataclass(left):
        return type(left) is type(right) and all(
            same(getattr(left, f.name), getattr(right, f.name)) for f in fields(left)
        )
    if isinstance(left, tuple):
        return isinstance(right, tuple) and len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return (
            isinstance(right, dict) and list(left) == list(right) and all(same(left[key], right[key]) for key in left)
        )
    if isinstance(left, complex) and isinstance(right, complex):
        return same((left.real, left.imag), (right.real, right.imag))
    return repr(left) == repr(right)  # tells -0.0 from 0.0, and a nan is a nan


@pytest.mark.parametrize("cls", REGISTRY.values(), ids=REGISTRY)
def test_every_message_arrives_as_it_was_sent(cls):
    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy(cls))
    def round_trip(message):
        assert same(decode(encode(message, NONCE), NONCE, cls), message)

    round_trip()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_are_refused_with_a_wire_error(noise):
    for frame in (noise, struct.pack(">4sB16sII", b"ADGR", 1, NONCE, len(noise), 0) + noise):
        with pytest.raises(WireError):
            decode(frame, NONCE, tuple(REGISTRY.values()))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategy(messages.CallReport), st.data())
def test_a_mutated_frame_is_refused_or_still_exactly_typed(message, data):
    frame = bytearray(encode(message, NONCE))
    for _ in range(data.draw(st.integers(1, 3))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(frame)))
    for bad in (bytes(frame), bytes(frame[:cut]), bytes(frame) + b"\0"):
        try:
            found = decode(bad, NONCE, messages.CallReport)
        except WireError:
            continue
        assert same(decode(encode(found, NONCE), NONCE, messages.CallReport), found)


@settings(max_examples=100, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3), lambda inner:
       st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3)))  # fmt: skip
def test_any_json_in_place_of_a_value_is_refused_or_a_value(token):
    header = json.dumps(["ReadReport", False, token]).encode()
    frame = struct.pack(">4sB16sII", b"ADGR", 1, NONCE, len(header), 0) + header
    try:
        found = decode(frame, NONCE, ReadReport).value
    except WireError:
        return
    assert type(found) in {type(None), bool, int, float, complex, str}


@pytest.mark.parametrize(
    "value", [True, 1, 1.0, 1 + 0j, 1e16, -0.0, math.nan, math.inf, -math.inf, "1", None], ids=repr
)
def test_a_number_keeps_its_exact_type(value):
    found = decode(encode(ReadReport(False, value), NONCE), NONCE, ReadReport).value
    assert same(found, value)


@pytest.mark.parametrize(
    "message",
    [
        World(seed=True),
        World(mark=1),
        World(replaced={"torch.sin": 3}),
        World(replaced={1: "x"}),
        Read(name=b"x"),
        ReadReport(False, 2**63),
        ReadReport(0, None),
        ReadReport(False, [1]),
        ReadReport(False, object()),
        ReadReport(False, SequenceValue("list", [1])),
        Array("float32", (2,), b"1234567"),
        Array("float32", (-1,), b""),
        Array("float32", (1,), bytearray(4)),
        Array("object", (1,), bytes(8)),
        Array("uint8", (0, 2**62), b""),
        Series("line", Array("float64", (1,), bytes(8)), Array("float64", (0,), b""), "", (), "", True),
        Call("f", args=([1],)),
        "text",
        object(),
    ],
)
def test_what_is_not_exactly_of_its_declared_type_is_not_sent(message):
    with pytest.raises(WireError):
        encode(message, NONCE)


def test_a_subclass_of_a_message_is_not_sent():
    with pytest.raises(WireError):
        encode(type("Read", (Read,), {})("x"), NONCE)


def test_an_error_names_the_field():
    with pytest.raises(WireError, match=r"CallReport\.value: SequenceValue\.items: expected .* found list"):
        encode(
            messages.CallReport(False, SequenceValue("list", ([],)), None, (), (), 0, (), (), (), ""),
            NONCE,
        )


def test_a_lone_surrogate_is_replaced_when_it_is_sent():
    found = decode(encode(ReadReport(False, "a\udc80é" + "\ud83d\ude00"), NONCE), NONCE, ReadReport)
    assert found.value == "a\ufffdé\U0001f600"


@pytest.mark.parametrize("character", ["x", "\x01", "\n"])
def test_the_largest_submission_fits(character):
    message = RunSubmission(character * SUBMISSION_BYTES, "py", World())
    assert decode(encode(message, NONCE), NONCE, RunSubmission) == message


def test_texts_are_capped():
    assert encode(Read("x" * TEXT_CHARACTERS), NONCE)
    with pytest.raises(WireError):
        encode(Read("x" * (TEXT_CHARACTERS + 1)), NONCE)


def test_the_nesting_of_values_is_capped_where_the_limit_says():
    value = None
    for _ in range(NESTING_DEPTH):
        value = SequenceValue("list", (value,))
    report = ReadReport(False, value)
    assert decode(encode(report, NONCE), NONCE, ReadReport) == report
    with pytest.raises(WireError):
        encode(replace(report, value=SequenceValue("list", (value,))), NONCE)


def test_the_number_of_elements_is_capped_for_the_whole_message():
    half = Array("uint8", (ARRAY_ELEMENTS // 2 + 1,), bytes(ARRAY_ELEMENTS // 2 + 1))
    tensor = TensorValue("Tensor", "uint8", half.shape, half, False, True, None)
    assert encode(ReadReport(False, tensor), NONCE)
    with pytest.raises(WireError):
        encode(ReadReport(False, replace(tensor, grad=half)), NONCE)


def test_a_frame_over_the_size_limit_is_not_sent():
    values = SequenceValue("list", tuple(OpaqueValue("x", "y" * TEXT_CHARACTERS, False) for _ in range(129)))
    assert 129 * TEXT_CHARACTERS > FRAME_BYTES
    with pytest.raises(WireError):
        encode(ReadReport(False, values), NONCE)


def test_read_frame_takes_a_frame_from_a_stream_that_trickles():
    report = ReadReport(False, "x" * 5000)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        frame = encode(report, NONCE)
        sender = threading.Thread(target=lambda: [theirs.sendall(frame[i : i + 37]) for i in range(0, len(frame), 37)])
        sender.start()
        assert decode(read_frame(ours.recv), NONCE, ReadReport) == report
        sender.join()


def test_read_frame_tells_a_clean_end_from_a_broken_one():
    with pytest.raises(EOFError):
        read_frame(lambda _count: b"")
    frame = encode(Read("x"), NONCE)
    for cut in (1, PREFIX_BYTES, len(frame) - 1):
        rest = [frame[:cut], b""]
        with pytest.raises(WireError):
            read_frame(lambda _count, rest=rest: rest.pop(0) if rest else b"")


def test_read_frame_asks_for_nothing_after_a_frame_that_claims_too_much():
    asked = []

    def read(count):
        asked.append(count)
        return struct.pack(">4sB16sII", b"ADGR", 1, NONCE, 100, 2**32 - 1)

    with pytest.raises(WireError):
        read_frame(read)
    assert asked == [PREFIX_BYTES]


def test_frame_bytes_tells_the_length_from_the_prefix():
    frame = encode(Read("x"), NONCE)
    assert frame_bytes(frame[:PREFIX_BYTES]) == len(frame)


@pytest.mark.benchmark
def test_a_report_of_ten_curves_takes_under_two_milliseconds():
    points = Array("float64", (500,), bytes(4000))
    curves = tuple(Series("line", points, points, f"_child{i}", ("sin",), "C0 -", True) for i in range(10))
    axes = AxesData("t", "x", "y", (0.0, 1.0), (0.0, 1.0), "linear", "linear", (), ("sin",), curves)
    figure = FigureData(1, "show", 0, "t", (), (), (axes,))
    report = RunReport((), (figure,), (), 0, (), (), "", "", False, (), (), ())
    times = []
    for _ in range(40):
        start = time.process_time()
        decode(encode(report, NONCE), NONCE, RunReport)
        times.append(time.process_time() - start)
    assert min(times) < 0.002
