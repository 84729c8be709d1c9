"""The errors of the engine, by whose fault they are.

GraderError
|-- SubmissionRejected      the student's file can't be read as a submission   (exit 1, no attempt is spent)
|-- PackError               the instructor's pack is not in order              (exit 3)
|   `-- PackNotFound        no installed pack has this id                      (exit 2)
|-- SandboxError            our own machinery failed                           (exit 4, retried, never a zero)
|-- GradingAbandoned        whoever had asked for it has hung up               (nobody is left to be told)
`-- ChildFailure            the student's process ended before it answered     (a verdict of the running check)
|-- ChildTimedOut
|-- ChildOutOfMemory
|-- ChildCrashed
`-- ChildLied           it sent bytes that are not a well-formed answer
"""


class GraderError(Exception):
    """Base of every error the engine raises on purpose."""


class SubmissionRejected(GraderError):  # noqa: N818 - it is an outcome with a sentence, not a malfunction
    """The file can't be graded at all. `code` names the sentence in the catalogue, `detail` its blanks."""

    def __init__(self, code: str, **detail: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class PackError(GraderError):
    """A pack is missing, malformed, or its checks raise something other than an assertion."""


class PackNotFound(PackError):  # noqa: N818 - as above
    """There is no such pack. `near` is the closest id or None, `known` all the ids there are."""

    def __init__(self, name: str, near: str | None, known: list[str]) -> None:
        super().__init__(f"There is no pack {name!r}.")
        self.name, self.near, self.known = name, near, known


class SandboxError(GraderError):
    """The sandbox or the checker failed: our fault, worth a retry."""


class GradingAbandoned(GraderError):  # noqa: N818 - as above
    """Nobody waits for this grading any more, so it was ended."""


class ChildFailure(GraderError):  # noqa: N818 - a verdict in the making
    """The sandboxed process ended, or was ended, before it answered."""


class ChildTimedOut(ChildFailure):
    """The wall clock or the processor-time limit ran out."""


class ChildOutOfMemory(ChildFailure):
    """The memory limit of the child's control group was met."""


class ChildCrashed(ChildFailure):
    """The process exited, was killed by a signal of its own making, or closed its end."""


class ChildLied(ChildFailure):
    """The answer broke the protocol: wrong nonce, unknown type, a size over the cap, or bytes nobody asked for."""
