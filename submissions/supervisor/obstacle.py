"""What keeps the service from running, as a sentence of the catalogue."""

from __future__ import annotations

from grader.errors import GraderError


class Obstacle(GraderError):  # noqa: N818 - something stands in the way; nothing malfunctions
    """The service can't run. `key` names the sentence, `blanks` fill it."""

    def __init__(self, key: str, **blanks: object) -> None:
        super().__init__(f"{key} {blanks}")
        self.key, self.blanks = key, blanks
