"""The two directions of tuples, dicts and arrays."""

from __future__ import annotations

import typing
from math import prod

from grader.limits import ARRAY_ELEMENTS
from grader.wire.messages import DTYPES, Array
from grader.wire.tokens import INLINE_CHARACTERS, Codec, Incoming, Outgoing, WireError, int_in, mismatch, text_of

ARRAY_DIMENSIONS = 16

_SIZE_MAX = 2**63 - 1


def tuple_of(item: Codec) -> Codec:
    """A tuple of any length."""

    def write(value: object, out: Outgoing, depth: int) -> object:
        if type(value) is not tuple:
            raise mismatch("tuple", value)
        put = item.write
        return [put(element, out, depth) for element in value]

    def read(json: object, payload: Incoming, depth: int) -> object:
        if type(json) is not list:
            raise mismatch("tuple", json)
        take = item.read
        return tuple([take(element, payload, depth) for element in json])

    return Codec(write, read)


def row_of(items: tuple[Codec, ...]) -> Codec:
    """A tuple of exactly these items."""

    def write(value: object, out: Outgoing, depth: int) -> object:
        if type(value) is not tuple or len(value) != len(items):
            raise mismatch(f"tuple of {len(items)}", value)
        return [item.write(element, out, depth) for item, element in zip(items, value, strict=True)]

    def read(json: object, payload: Incoming, depth: int) -> object:
        if type(json) is not list or len(json) != len(items):
            raise mismatch(f"tuple of {len(items)}", json)
        return tuple([item.read(element, payload, depth) for item, element in zip(items, json, strict=True)])

    return Codec(write, read)


def dict_of(item: Codec) -> Codec:
    """A dict with short texts for keys."""
    key = text_of(INLINE_CHARACTERS)

    def write(value: object, out: Outgoing, depth: int) -> object:
        if type(value) is not dict:
            raise mismatch("dict", value)
        row = {key.write(name, out, depth): item.write(element, out, depth) for name, element in value.items()}
        if len(row) != len(value):
            raise WireError("two keys that are written alike")
        return row

    def read(json: object, payload: Incoming, depth: int) -> object:
        if type(json) is not dict:
            raise mismatch("dict", json)
        return {key.read(name, payload, depth): item.read(element, payload, depth) for name, element in json.items()}

    return Codec(write, read)


def shape_of(dimensions: int) -> Codec:
    """The sizes of at most this many dimensions."""
    sizes = tuple_of(int_in(0, _SIZE_MAX))

    def write(value: object, out: Outgoing, depth: int) -> object:
        if type(value) is tuple and len(value) > dimensions:
            raise WireError("a shape of too many dimensions")
        return sizes.write(value, out, depth)

    def read(json: object, payload: Incoming, depth: int) -> object:
        if type(json) is list and len(json) > dimensions:
            raise WireError("a shape of too many dimensions")
        return sizes.read(json, payload, depth)

    return Codec(write, read)


def array_bytes(dtype: str, shape: tuple[int, ...]) -> int:
    """How many bytes such an array has; WireError where it could not travel."""
    if dtype not in DTYPES:
        raise WireError("an unknown element type")
    # An empty array must not smuggle in sizes whose product overflows where the array is used.
    if prod(max(size, 1) for size in shape) > ARRAY_ELEMENTS:
        raise WireError(f"an array of more than {ARRAY_ELEMENTS} elements")
    return prod(shape) * DTYPES[dtype]


def _count(payload: Outgoing | Incoming, shape: tuple[int, ...]) -> None:
    payload.elements += prod(shape)
    if payload.elements > ARRAY_ELEMENTS:
        raise WireError(f"arrays of more than {ARRAY_ELEMENTS} elements in one message")


_SHAPE = shape_of(ARRAY_DIMENSIONS)


def _write_array(value: object, out: Outgoing, depth: int) -> object:
    if type(value) is not Array or type(value.dtype) is not str or type(value.data) is not bytes:
        raise mismatch("Array of a str, a tuple and bytes", value)
    shape = _SHAPE.write(value.shape, out, depth)
    if array_bytes(value.dtype, value.shape) != len(value.data):
        raise WireError("an array whose bytes don't fit its shape")
    _count(out, value.shape)
    out.chunks.append(value.data)
    return ["Array", value.dtype, shape]


def _read_array(json: object, payload: Incoming, depth: int) -> Array:
    if type(json) is not list or len(json) != 3 or json[0] != "Array" or type(json[1]) is not str:
        raise mismatch("Array", json)
    shape = typing.cast(tuple[int, ...], _SHAPE.read(json[2], payload, depth))
    size = array_bytes(json[1], shape)
    _count(payload, shape)
    return Array(json[1], shape, payload.take(size))


ARRAY = Codec(_write_array, _read_array)
