"""The two directions of one plain value (number, text), and the payload that goes with a header."""

from __future__ import annotations

import math
import typing
from collections.abc import Callable
from dataclasses import dataclass, field

# Beyond this a string is cheaper, and never grows by escapes, as raw bytes of the payload.
INLINE_CHARACTERS = 1024

_NON_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class WireError(ValueError):
    """A message that can't be put on the wire, or bytes that are not a well-formed message."""


@dataclass
class Outgoing:
    """The payload of a frame being written."""

    chunks: list[bytes] = field(default_factory=list)
    elements: int = 0


@dataclass
class Incoming:
    """The payload of a frame being read, and how much of it has been used."""

    payload: bytes
    position: int = 0
    elements: int = 0

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        start, end = self.position, self.position + count
        if count < 0 or end > len(self.payload):
            raise WireError("the payload is shorter than its header says")
        self.position = end
        return self.payload[start:end]


Write = Callable[[object, Outgoing, int], object]
Read = Callable[[object, Incoming, int], object]


@dataclass(slots=True)
class Codec:
    """Both directions for one annotation. The last argument of each is how many recursive containers are around."""

    write: Write
    read: Read


def mismatch(wanted: str, found: object) -> WireError:
    """The error for a `found` that is no `wanted`."""
    # Only the class is named: the value comes from the other side and may be of any size.
    return WireError(f"expected {wanted}, found {type(found).__name__}")


def exactly(kind: type) -> Codec:
    """A token that is its own value: None, bool."""

    def pass_through(value: object, _payload: object, _depth: int) -> object:
        if type(value) is not kind:
            raise mismatch(kind.__name__, value)
        return value

    return Codec(pass_through, pass_through)


def int_in(low: int, high: int) -> Codec:
    """An int from `low` to `high`; True is none."""

    def pass_through(value: object, _payload: object, _depth: int) -> int:
        if type(value) is not int:
            raise mismatch("int", value)
        if not low <= value <= high:
            raise WireError("an int is out of range")
        return value

    return Codec(pass_through, pass_through)


def _write_float(value: object, _out: Outgoing, _depth: int) -> object:
    if type(value) is not float:
        raise mismatch("float", value)
    return value if math.isfinite(value) else {"float": str(value)}


def _read_float(json: object, _in: Incoming, _depth: int) -> float:
    if type(json) is float:
        if not math.isfinite(json):
            raise WireError("a float is out of range")
        return json
    token = unboxed(json, "float")
    if type(token) is not str or token not in _NON_FINITE:
        raise mismatch("float", token)
    return _NON_FINITE[token]


def _write_complex(value: object, out: Outgoing, depth: int) -> object:
    if type(value) is not complex:
        raise mismatch("complex", value)
    return {"complex": [_write_float(value.real, out, depth), _write_float(value.imag, out, depth)]}


def _read_complex(json: object, payload: Incoming, depth: int) -> complex:
    parts = unboxed(json, "complex")
    if type(parts) is not list or len(parts) != 2:
        raise mismatch("complex", parts)
    return complex(_read_float(parts[0], payload, depth), _read_float(parts[1], payload, depth))


def unboxed(json: object, key: str) -> object:
    """What `{key: ...}` holds."""
    if type(json) is not dict or list(json) != [key]:
        raise mismatch("str" if key == "text" else key, json)
    return typing.cast(object, json[key])


def text_of(limit: int) -> Codec:
    """A text of at most `limit` characters. Lone surrogates are replaced when written, refused when read."""

    def write(value: object, out: Outgoing, _depth: int) -> object:
        if type(value) is not str:
            raise mismatch("str", value)
        if len(value) > limit:
            raise WireError(f"a text of more than {limit} characters")
        text = value if value.isascii() else _without_lone_surrogates(value)
        if len(text) <= INLINE_CHARACTERS:
            return text
        out.chunks.append(text.encode())
        return {"text": len(out.chunks[-1])}

    def read(json: object, payload: Incoming, _depth: int) -> str:
        text = json if type(json) is str else _payload_text(json, payload)
        if len(text) > limit:
            raise WireError(f"a text of more than {limit} characters")
        if not text.isascii() and _without_lone_surrogates(text) is not text:
            raise WireError("a text with a lone surrogate")
        return text

    return Codec(write, read)


def _payload_text(json: object, payload: Incoming) -> str:
    count = unboxed(json, "text")
    if type(count) is not int:
        raise mismatch("int", count)
    try:
        return payload.take(count).decode()
    except UnicodeDecodeError:
        raise WireError("a text that is not UTF-8") from None


def _without_lone_surrogates(text: str) -> str:
    """`text` itself where it is valid Unicode, else a copy in which U+FFFD stands for each lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


FLOAT = Codec(_write_float, _read_float)
COMPLEX = Codec(_write_complex, _read_complex)
