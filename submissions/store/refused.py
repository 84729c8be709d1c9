"""A wish that the rules don't allow; nothing was written."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - it is an outcome with a sentence, not a malfunction
    """`code` names the sentence in the catalogue, `detail` its blanks."""

    def __init__(self, code: str, **detail: object) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
