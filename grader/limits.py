"""What a submission may use, in one place. Bytes and seconds; `docs/settings.md` repeats every one."""

from dataclasses import dataclass

MIB = 1024 * 1024

SUBMISSION_BYTES = 1_000_000
FRAME_BYTES = 8 * MIB
HEADER_BYTES = 2 * MIB
ARRAY_ELEMENTS = 1_000_000
TEXT_CHARACTERS = 64 * 1024
NESTING_DEPTH = 32

# After these an exception is raised inside the student's code, so that one endless cell or call costs only itself.
SOFT_CELL_SECONDS = 3.0
SOFT_TOTAL_SECONDS = 6.0
SOFT_CALL_SECONDS = 3.0

# Children of one grading that live at the same time: its plain run, and runs in altered worlds.
CHILDREN_PER_GRADING = 3


@dataclass(frozen=True)
class Limits:
    """Bounds of one child. `wall_seconds` is for one request, `total_seconds` for the whole life of the child."""

    wall_seconds: float = 8.0
    total_seconds: float = 20.0
    cpu_seconds: int = 10
    address_space_bytes: int = 1280 * MIB
    data_bytes: int = 768 * MIB
    memory_bytes: int = 512 * MIB
    file_bytes: int = 16 * MIB
    box_bytes: int = 16 * MIB
    box_files: int = 512
    open_files: int = 64
    threads: int = 32
    stack_bytes: int = 8 * MIB
