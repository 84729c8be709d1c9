"""Texts made from a student's objects: never longer than asked, never raising, and without this machine's paths."""

from __future__ import annotations

import os
import re
import sys
import sysconfig

MESSAGE_CHARACTERS = 4000
REPR_CHARACTERS = 2000
NAME_CHARACTERS = 200

_NAME = type.__dict__["__name__"]
_MRO = type.__dict__["__mro__"]
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def _library_folders() -> list[str]:
    paths = sysconfig.get_paths()
    found = {paths["purelib"], paths["platlib"], paths["stdlib"], paths["platstdlib"], sys.prefix, sys.base_prefix}
    found.add(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    # The longest first: a prefix of another folder must not leave half of it behind.
    return sorted((folder.rstrip(os.sep) + os.sep for folder in found if len(folder) > 1), key=len, reverse=True)


_FOLDERS = _library_folders()


def scrubbed(text: str) -> str:
    """The text without the folders Python and its libraries are installed in."""
    if os.sep in text:
        for folder in _FOLDERS:
            text = text.replace(folder, "")
    return text


def class_name(cls: type) -> str:
    """The real name of a class, whatever its metaclass says."""
    name: str = _NAME.__get__(cls)
    return name[:NAME_CHARACTERS]


def class_names(cls: type) -> tuple[str, ...]:
    """The names of a class and its bases, most derived first, without `object`."""
    return tuple(class_name(base) for base in _MRO.__get__(cls) if base is not object)[:50]


def message_of(error: BaseException) -> str:
    """`str(error)`, capped; "" when that raises or gives no text."""
    try:
        text = str(error)
        return scrubbed(text[:MESSAGE_CHARACTERS]) if type(text) is str else ""
    except Exception:  # noqa: BLE001 -- __str__ is the student's and may raise anything
        return ""


def repr_of(found: object) -> str:
    """`repr(found)`, capped and without addresses; "" when that raises or gives no text."""
    try:
        text = repr(found)
        if type(text) is not str:
            return ""
    except Exception:  # noqa: BLE001 -- __repr__ is the student's and may raise anything
        return ""
    # An address differs from run to run, and a grading must not.
    return _ADDRESS.sub("", scrubbed(text[:REPR_CHARACTERS]))
