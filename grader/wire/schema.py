"""How each annotation of `messages` looks in a frame's header, compiled once from the dataclasses themselves.

    None, bool, int, str     the JSON token of the same type; ints fit in 64 bits
    float                    a JSON number with a point or an exponent; {"float": "nan" | "inf" | "-inf"} for the rest
    complex                  {"complex": [real, imaginary]}
    long str                 {"text": n}: the next n bytes of the payload, UTF-8
    Array                    ["Array", dtype, [sizes...]]: the next prod(sizes) * itemsize bytes of the payload
    other dataclasses        ["ClassName", field, field, ...] in the order of the fields
    tuple, dict              a JSON array, a JSON object

So every token has one exact type. Nothing in a header says where in the payload to look, hence nothing can overlap.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from dataclasses import fields

from grader.limits import NESTING_DEPTH, SUBMISSION_BYTES, TEXT_CHARACTERS
from grader.wire import messages
from grader.wire.containers import ARRAY, dict_of, row_of, shape_of, tuple_of
from grader.wire.messages import (
    REGISTRY,
    Array,
    Items,
    LeafState,
    MappingValue,
    Root,
    RunSubmission,
    SequenceValue,
    Series,
    TensorValue,
)
from grader.wire.tokens import (
    COMPLEX,
    FLOAT,
    Codec,
    Incoming,
    Outgoing,
    Read,
    WireError,
    Write,
    exactly,
    int_in,
    mismatch,
    text_of,
)

# torch itself stops at 64 dimensions; a tensor of more than an Array can have is told by its shape only.
TOLD_DIMENSIONS = 64

_BOXES: dict[str, type] = {"float": float, "complex": complex, "text": str}
# The classes that can hold themselves; all others are as deep as their declaration, so only these are counted.
_RECURSIVE = frozenset({SequenceValue, MappingValue, Items})


def codec_for(annotation: object) -> Codec:
    """The codec of one annotation, compiled when first asked for."""
    codec = _CODECS.get(annotation)
    if codec is None and isinstance(annotation, type) and REGISTRY.get(annotation.__name__) is annotation:
        # Entered before it is built, because a class may hold itself.
        codec = _CODECS[annotation] = Codec(_unbuilt, _unbuilt)
        built = _message(annotation)
        codec.write, codec.read = built.write, built.read
    elif codec is None:
        codec = _CODECS[annotation] = _compile(annotation)
    return codec


def _unbuilt(*_: object) -> typing.NoReturn:
    raise AssertionError("a codec was used while it was being built")


def _compile(annotation: object) -> Codec:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is types.UnionType or origin is typing.Union:
        return _union_of(arguments)
    if origin is tuple and arguments[-1] is Ellipsis:
        return tuple_of(codec_for(arguments[0]))
    if origin is tuple:
        return row_of(tuple(codec_for(argument) for argument in arguments))
    if origin is dict and arguments[0] is str:
        return dict_of(codec_for(arguments[1]))
    raise TypeError(f"no codec for {annotation!r}")


def _union_of(members: tuple[type, ...]) -> Codec:
    codecs = {member: codec_for(member) for member in members}
    wanted = " or ".join(sorted(member.__name__ for member in members))

    def write(value: object, out: Outgoing, depth: int) -> object:
        codec = codecs.get(type(value))
        if codec is None:
            raise mismatch(wanted, value)
        return codec.write(value, out, depth)

    def read(json: object, payload: Incoming, depth: int) -> object:
        codec = codecs.get(_type_told_by(json))
        if codec is None:
            raise mismatch(wanted, json)
        return codec.read(json, payload, depth)

    return Codec(write, read)


def _type_told_by(json: object) -> type:
    """The type a token claims to be; a claim that is not in the closed registry is of type `object`."""
    if type(json) is list:
        name = json[0] if json else None
        return REGISTRY.get(name, object) if type(name) is str else object
    if type(json) is dict:
        name = next(iter(json), None)
        return _BOXES.get(name, object) if type(name) is str else object
    return type(json)


def _message(cls: type) -> Codec:
    hints = typing.get_type_hints(cls, vars(messages))
    parts = [(f.name, _FIELDS.get((cls, f.name)) or codec_for(hints[f.name])) for f in fields(cls)]
    return Codec(_message_writer(cls, parts), _message_reader(cls, parts))


def _message_writer(cls: type, parts: list[tuple[str, Codec]]) -> Write:
    name, deeper, rule = cls.__name__, int(cls in _RECURSIVE), _RULES.get(cls)

    def write(value: object, out: Outgoing, depth: int) -> object:
        if type(value) is not cls:
            raise mismatch(name, value)
        inner, at = _entered(depth + deeper), ""
        row: list[object] = [name]
        try:
            for at, codec in parts:
                row.append(codec.write(getattr(value, at), out, inner))
        except WireError as error:
            raise WireError(f"{name}.{at}: {error}") from None
        if rule is not None:
            rule(value)
        return row

    return write


def _message_reader(cls: type, parts: list[tuple[str, Codec]]) -> Read:
    name, length, deeper, rule = cls.__name__, len(parts) + 1, int(cls in _RECURSIVE), _RULES.get(cls)

    def read(json: object, payload: Incoming, depth: int) -> object:
        if type(json) is not list or len(json) != length or json[0] != name:
            raise mismatch(name, json)
        inner, at = _entered(depth + deeper), ""
        values = {}
        try:
            for (at, codec), token in zip(parts, json[1:], strict=True):
                values[at] = codec.read(token, payload, inner)
        except WireError as error:
            raise WireError(f"{name}.{at}: {error}") from None
        message = cls(**values)
        if rule is not None:
            rule(message)
        return message

    return read


def _entered(depth: int) -> int:
    if depth > NESTING_DEPTH:
        raise WireError(f"a value nested more than {NESTING_DEPTH} deep")
    return depth


def _check_pair(message: object) -> None:
    series = typing.cast(Series, message)
    if series.x.dtype != "float64" or series.y.dtype != "float64" or series.x.shape != series.y.shape:
        raise WireError("a Series whose x and y are not float64 of one shape")


_RULES: dict[type, Callable[[object], None]] = {Series: _check_pair}
_FIELDS: dict[tuple[type, str], Codec] = {
    # A submission was measured in bytes at the door, and no text has more characters than bytes.
    (RunSubmission, "source"): text_of(SUBMISSION_BYTES),
    **{(cls, "shape"): shape_of(TOLD_DIMENSIONS) for cls in (TensorValue, LeafState, Root)},
}
_CODECS: dict[object, Codec] = {
    type(None): exactly(type(None)),
    bool: exactly(bool),
    int: int_in(-(2**63), 2**63 - 1),
    float: FLOAT,
    complex: COMPLEX,
    str: text_of(TEXT_CHARACTERS),
    Array: ARRAY,
}
# Built at import, so that a fork-server pays once for all its children.
for _cls in REGISTRY.values():
    codec_for(_cls)
