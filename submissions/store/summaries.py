"""Summaries of a class, kept by difference: a score that changes moves the counters by what it changes.

`refresh` is part of the transaction of the score. It counts one student again, compares that with what is kept, and
notes by how much the tallies of the class move. They move just before the commit, in one order, so that two students of
a class never wait for each other in a circle, however much else their transactions do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

from sqlalchemy import Row, delete, event, select, text
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.summaries import StudentCheck, StudentMistake, StudentTally, Tally
from submissions.models.work import CheckRow, Standing, Submission
from submissions.store.dialects import insert
from submissions.store.facts import Attempt, Counts, Facts, Seen, facts

UNDONE = ("queued", "running")
# Students counted at once, and rows in one statement: enough to be quick, few enough for SQLite's 32,766 blanks.
STUDENTS_AT_ONCE, ROWS_AT_ONCE = 200, 500
_MOVES = "moves of tallies"

Key = tuple[int, int]
Move = tuple[int, str, str]


def refresh(session: Session, assignment_id: int, user_id: int) -> None:
    """Count a student in an assignment again. The caller holds his standing, whose counted submission is up to date."""
    session.flush()
    kept = _kept(session, assignment_id, user_id)
    found = next(iter(_facts(session, assignment_id, [user_id]).values()))
    before = kept.counts if kept is not None else {}
    if kept is None and found.counts:
        session.add(StudentTally(assignment_id=assignment_id, user_id=user_id, counts=found.counts))
    elif kept is not None and kept.counts != found.counts:
        kept.counts = found.counts
    _write_checks(session, (assignment_id, user_id), found)
    _write_mistakes(session, (assignment_id, user_id), found)
    _move(session, assignment_id, _difference(before, found.counts))


def rebuild(db: Database, assignment_id: int) -> None:
    """Count a whole assignment from nothing."""
    with db.write() as session:
        if not db.is_sqlite:  # a refresh looks for its row here first, and so waits until this is done
            session.execute(text("LOCK TABLE student_tallies IN EXCLUSIVE MODE"))
        for table in (Tally, StudentTally, StudentCheck, StudentMistake):
            session.execute(delete(table).where(table.assignment_id == assignment_id))
        whole: Counter[tuple[str, str]] = Counter()
        for found in _everybody(session, assignment_id):
            _insert_all(session, assignment_id, found)
            for one in found.values():
                whole.update(_flat(one.counts))
        _move(session, assignment_id, whole)


def rebuild_missing(db: Database) -> int:
    """Count those assignments that were handed in for before there were summaries; how many there were."""
    counted = select(StudentTally.assignment_id)
    query = select(Standing.assignment_id).where(Standing.submitted > 0, Standing.assignment_id.not_in(counted))
    with db.read() as session:
        found = session.scalars(query.distinct().order_by(Standing.assignment_id)).all()
    for assignment_id in found:
        rebuild(db, assignment_id)
    return len(found)


def mend(db: Database) -> dict[int, list[str]]:
    """Compare every assignment with a recount and rebuild those that differ; what differed, by assignment."""
    with db.read() as session:
        every = session.scalars(select(Standing.assignment_id).distinct().order_by(Standing.assignment_id)).all()
    found = {assignment_id: differences(db, assignment_id) for assignment_id in every}
    wrong = {assignment_id: lines for assignment_id, lines in found.items() if lines}
    for assignment_id in wrong:
        rebuild(db, assignment_id)
    return wrong


def differences(db: Database, assignment_id: int) -> list[str]:
    """What a recount says against what is kept, a line each; none where they agree."""
    with db.read() as session:
        if not db.is_sqlite:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        found: dict[int, Facts] = {}
        for some in _everybody(session, assignment_id):
            found |= some
        wanted = Counter[tuple[str, str]]()
        for one in found.values():
            wanted.update(_flat(one.counts))
        tallies = session.execute(
            select(Tally.subject, Tally.bucket, Tally.count).filter_by(assignment_id=assignment_id)
        )
        kept = {(subject, bucket): count for subject, bucket, count in tallies if count}
        return [
            *_unlike("tally", dict(wanted), kept),
            *_unlike("student", _wanted_rows(found), _kept_rows(session, assignment_id)),
        ]


# ------------------------------------------------------------------------------------------- counting again


def _kept(session: Session, assignment_id: int, user_id: int) -> StudentTally | None:
    mine = select(StudentTally).filter_by(assignment_id=assignment_id, user_id=user_id)
    return session.scalars(mine.with_for_update(), execution_options={"populate_existing": True}).one_or_none()


def _facts(session: Session, assignment_id: int, users: Sequence[int]) -> dict[int, Facts]:
    """Of these students, from their submissions: three statements."""
    of_them = (Submission.assignment_id == assignment_id, Submission.user_id.in_(users))
    standings = select(Standing.user_id, Standing.counted_submission_id)
    standings = standings.where(Standing.assignment_id == assignment_id, Standing.user_id.in_(users))
    counted = {row.user_id: row.counted_submission_id for row in session.execute(standings)}
    checks: dict[int, list[Seen]] = {}
    rows = (
        select(Submission.id, CheckRow.name, CheckRow.verdict, CheckRow.diagnosis)
        .join(CheckRow, CheckRow.grading_id == Submission.published_grading_id)
        .where(*of_them, Submission.state == "graded")
        .order_by(Submission.id, CheckRow.position)
    )
    for submission_id, name, verdict, diagnosis in session.execute(rows):
        checks.setdefault(submission_id, []).append(Seen(name, verdict, diagnosis))
    ended = (
        select(
            Submission.user_id, Submission.id, Submission.state, Submission.submitted_at, Submission.late_seconds,
            Submission.score, Submission.max_score,
        )
        .where(*of_them, Submission.state.not_in(UNDONE))
        .order_by(Submission.user_id, Submission.attempt)
    )  # fmt: skip
    attempts: dict[int, list[Attempt]] = {user_id: [] for user_id in users}
    for row in session.execute(ended):
        attempts[row.user_id].append(_attempt(row, checks.get(row.id, ())))
    return {user_id: facts(mine, counted.get(user_id)) for user_id, mine in attempts.items()}


def _attempt(row: Row[*tuple[Any, ...]], checks: Sequence[Seen]) -> Attempt:
    return Attempt(row.id, row.state, row.submitted_at, row.late_seconds > 0, row.score, row.max_score, checks)


def _everybody(session: Session, assignment_id: int) -> Iterator[dict[int, Facts]]:
    """All who have handed in, some at a time."""
    users = iter(session.scalars(select(Standing.user_id).filter_by(assignment_id=assignment_id)).all())
    while some := list(islice(users, STUDENTS_AT_ONCE)):
        yield _facts(session, assignment_id, some)


# --------------------------------------------------------------------------------------------- one student


def _write_checks(session: Session, key: Key, found: Facts) -> None:
    query = select(StudentCheck).filter_by(assignment_id=key[0], user_id=key[1])
    kept = {row.check_name: row for row in session.scalars(query)}
    wanted = {name: asdict(check) for name, check in found.checks.items()}
    new = {name: StudentCheck(assignment_id=key[0], user_id=key[1], check_name=name) for name in wanted.keys() - kept}
    _bring_up_to_date(session, kept, new, wanted)


def _write_mistakes(session: Session, key: Key, found: Facts) -> None:
    query = select(StudentMistake).filter_by(assignment_id=key[0], user_id=key[1])
    kept = {(row.check_name, row.code): row for row in session.scalars(query)}
    wanted = {name: asdict(mistake) for name, mistake in found.mistakes.items()}
    new = {
        (name, code): StudentMistake(assignment_id=key[0], user_id=key[1], check_name=name, code=code)
        for name, code in wanted.keys() - kept
    }
    _bring_up_to_date(session, kept, new, wanted)


def _bring_up_to_date(
    session: Session, kept: Mapping[Any, Any], new: Mapping[Any, Any], wanted: Mapping[Any, Mapping[str, Any]]
) -> None:
    """Delete what is not wanted, add what is new, and change only what differs."""
    for name, row in kept.items():
        if name not in wanted:
            session.delete(row)
    for name, facts_of_it in wanted.items():
        row = kept.get(name, new.get(name))
        for column, value in facts_of_it.items():
            if getattr(row, column) != value:
                setattr(row, column, value)
    session.add_all(new.values())


# ----------------------------------------------------------------------------------------------- the class


def _flat(counts: Counts) -> dict[tuple[str, str], int]:
    return {(subject, bucket): count for subject, buckets in counts.items() for bucket, count in buckets.items()}


def _difference(before: Counts, after: Counts) -> Counter[tuple[str, str]]:
    moved = Counter(_flat(after))
    moved.subtract(_flat(before))
    return moved


def _move(session: Session, assignment_id: int, moved: Mapping[tuple[str, str], int]) -> None:
    """Remember by how much the tallies change; they do when the transaction is about to commit."""
    waiting: Counter[Move] | None = session.info.get(_MOVES)
    if waiting is None:
        waiting = session.info[_MOVES] = Counter()
        event.listen(session, "before_commit", _apply, once=True)
    for (subject, bucket), count in moved.items():
        waiting[assignment_id, subject, bucket] += count


def _apply(session: Session) -> None:
    moves: Counter[Move] = session.info.pop(_MOVES)
    rows = [
        {"assignment_id": assignment_id, "subject": subject, "bucket": bucket, "count": count}
        for (assignment_id, subject, bucket), count in sorted(moves.items())
        if count
    ]
    for some in _batches(rows):
        statement = insert(session)(Tally).values(some)
        total = Tally.count + statement.excluded.count
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["assignment_id", "subject", "bucket"], set_={"count": total}
            )
        )


def _batches(rows: Sequence[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    return (list(rows[begin : begin + ROWS_AT_ONCE]) for begin in range(0, len(rows), ROWS_AT_ONCE))


def _insert_all(session: Session, assignment_id: int, found: Mapping[int, Facts]) -> None:
    """The rows of students who have none."""
    of = {user_id: {"assignment_id": assignment_id, "user_id": user_id} for user_id in found}
    rows: dict[Any, list[dict[str, Any]]] = {
        StudentTally: [of[user] | {"counts": one.counts} for user, one in found.items() if one.counts],
        StudentCheck: [
            of[user] | {"check_name": name} | asdict(check)
            for user, one in found.items()
            for name, check in one.checks.items()
        ],
        StudentMistake: [
            of[user] | {"check_name": name, "code": code} | asdict(mistake)
            for user, one in found.items()
            for (name, code), mistake in one.mistakes.items()
        ],
    }
    for table, new in rows.items():
        if new:
            session.execute(insert(session)(table), new)


# ---------------------------------------------------------------------------------------------- comparing


def _wanted_rows(found: Mapping[int, Facts]) -> dict[tuple[Any, ...], Any]:
    rows: dict[tuple[Any, ...], Any] = {}
    for user, one in found.items():
        rows |= {(user, "check", name): asdict(check) for name, check in one.checks.items()}
        rows |= {(user, "mistake", *name): asdict(mistake) for name, mistake in one.mistakes.items()}
        if one.counts:
            rows[user, "counts"] = one.counts
    return rows


def _kept_rows(session: Session, assignment_id: int) -> dict[tuple[Any, ...], Any]:
    rows: dict[tuple[Any, ...], Any] = {}
    for tally in session.scalars(select(StudentTally).filter_by(assignment_id=assignment_id)):
        rows[tally.user_id, "counts"] = tally.counts
    for check in session.scalars(select(StudentCheck).filter_by(assignment_id=assignment_id)):
        rows[check.user_id, "check", check.check_name] = _columns(check)
    for mistake in session.scalars(select(StudentMistake).filter_by(assignment_id=assignment_id)):
        rows[mistake.user_id, "mistake", mistake.check_name, mistake.code] = _columns(mistake)
    return rows


def _columns(row: Any) -> dict[str, Any]:
    """All that is no part of the key."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns if not column.primary_key}


def _unlike(kind: str, wanted: Mapping[Any, Any], kept: Mapping[Any, Any]) -> Iterator[str]:
    for name in sorted({*wanted, *kept}, key=str):
        if wanted.get(name) != kept.get(name):
            yield f"{kind} {name}: counted {wanted.get(name)!r}, kept {kept.get(name)!r}"
