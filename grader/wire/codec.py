"""Frames: one message as bytes, and back, believing nothing.

    magic (4)  version (1)  nonce (16)  header length (4)  payload length (4)  header: JSON  payload: raw bytes

Lengths are big-endian and checked before anything is allocated. `schema` says what a header may hold. Whatever is
wrong with the bytes, `decode` raises WireError and nothing else.
"""

from __future__ import annotations

import hmac
import json
import struct
import typing
from collections.abc import Callable
from typing import TypeVar

from grader.limits import FRAME_BYTES, HEADER_BYTES
from grader.wire.messages import REGISTRY
from grader.wire.schema import codec_for
from grader.wire.tokens import Incoming, Outgoing, WireError

__all__ = ["NONCE_BYTES", "PREFIX_BYTES", "WireError", "decode", "encode", "frame_bytes", "read_frame"]

Message = TypeVar("Message")

NONCE_BYTES = 16

_MAGIC = b"ADGR"
_VERSION = 1
_PREFIX = struct.Struct(f">4sB{NONCE_BYTES}sII")
PREFIX_BYTES = _PREFIX.size

# No 64-bit integer is longer; int() takes quadratic time over a longer one.
_INT_CHARACTERS = 20


def encode(message: object, nonce: bytes) -> bytes:
    """One frame. Raises WireError for a message that is not exactly of its declared types, or too large."""
    if len(nonce) != NONCE_BYTES:
        raise WireError(f"a nonce of {len(nonce)} bytes")
    cls = type(message)
    if REGISTRY.get(cls.__name__) is not cls:
        raise WireError(f"{cls.__name__} is no message")
    out = Outgoing()
    header = _ENCODER.encode(codec_for(cls).write(message, out, 0)).encode()
    payload_length = sum(map(len, out.chunks))
    _check_lengths(len(header), payload_length)
    prefix = _PREFIX.pack(_MAGIC, _VERSION, nonce, len(header), payload_length)
    return b"".join([prefix, header, *out.chunks])


@typing.overload
def decode(frame: bytes, nonce: bytes, expected: type[Message]) -> Message: ...
@typing.overload
def decode(frame: bytes, nonce: bytes, expected: tuple[type[Message], ...]) -> Message: ...
def decode(frame: bytes, nonce: bytes, expected: type[Message] | tuple[type[Message], ...]) -> Message:
    """The message in a whole frame, if it answers `nonce` and is of an `expected` class; WireError otherwise."""
    size = frame_bytes(frame[:PREFIX_BYTES])
    if size != len(frame):
        raise WireError("a frame of another length than it says")
    found, header_length = _PREFIX.unpack_from(frame)[2:4]
    if not hmac.compare_digest(found, nonce):
        raise WireError("an answer to another request")
    body = PREFIX_BYTES + header_length
    header = _parsed(frame[PREFIX_BYTES:body])
    wanted = expected if isinstance(expected, tuple) else (expected,)
    name = header[0] if type(header) is list and header else None
    for cls in wanted:
        if name == cls.__name__:
            payload = Incoming(frame[body:])
            message = codec_for(cls).read(header, payload, 0)
            if payload.position != len(payload.payload):
                raise WireError("a payload longer than its header says")
            return typing.cast(Message, message)
    raise WireError("a message of a class that was not asked for")


def frame_bytes(prefix: bytes) -> int:
    """The length of the whole frame that begins with these PREFIX_BYTES; WireError if no frame begins so."""
    if len(prefix) != PREFIX_BYTES:
        raise WireError("a frame that ends before its header")
    magic, version, _nonce, header_length, payload_length = _PREFIX.unpack(prefix)
    if magic != _MAGIC or version != _VERSION:
        raise WireError("bytes that are no frame")
    _check_lengths(header_length, payload_length)
    return PREFIX_BYTES + int(header_length) + int(payload_length)


def read_frame(read: Callable[[int], bytes]) -> bytes:
    """One whole frame from `read(n)`, which gives at most n bytes and none at the end, as a socket does.

    Raises EOFError when the stream ends before a frame begins, WireError when it ends inside one.
    """
    prefix = _read_all(read, PREFIX_BYTES)
    if not prefix:
        raise EOFError
    size = frame_bytes(prefix)
    frame = prefix + _read_all(read, size - PREFIX_BYTES)
    if len(frame) != size:
        raise WireError("a frame that ends too early")
    return frame


def _read_all(read: Callable[[int], bytes], count: int) -> bytes:
    chunks = []
    while count > 0:
        chunk = read(count)
        if not chunk:
            break
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def _check_lengths(header: int, payload: int) -> None:
    if header > HEADER_BYTES or PREFIX_BYTES + header + payload > FRAME_BYTES:
        raise WireError("a frame over the size limit")


def _parsed(header: bytes) -> object:
    try:
        return _DECODER.decode(header.decode())
    except RecursionError:
        # The parser of the standard library counts its depth and stops; no stack is overrun.
        raise WireError("a header nested too deep") from None
    except WireError:
        raise
    except ValueError:
        raise WireError("a header that is not JSON") from None


def _refuse_constant(_token: str) -> typing.NoReturn:
    raise WireError("a number that is not JSON")


def _short_int(token: str) -> int:
    if len(token) > _INT_CHARACTERS:
        raise WireError("an int is out of range")
    return int(token)


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise WireError("a key given twice")
    return found


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(
    parse_int=_short_int, parse_constant=_refuse_constant, object_pairs_hook=_without_duplicates
)
