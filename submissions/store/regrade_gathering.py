"""Which submissions a run of regrades is about, student after student, and their places in the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from submissions.models.base import utc_now
from submissions.models.regrades import RegradeItem, RegradeRun
from submissions.models.work import RERUN, CheckRow, Grading, Standing, Submission
from submissions.store.places import REGRADE, next_tags

# Whatever was graded, or could not be through a fault of ours.
REGRADABLE = ("graded", "broken_pack", "system_error")
# A check that was skipped did not fail: it was not asked.
NOT_FAILED = ("passed", "skipped")
STUDENTS_AT_ONCE = 100
# From here on words are long enough to be the beginning of a digest.
DIGEST_CHARACTERS = 8

Found = Row[int, int, int | None]


def gather(session: Session, run: RegradeRun, now: datetime) -> None:
    """Queue the submissions of the next students; after the last the run is a dry run, or over if it found nothing."""
    if run.only == "submission":
        _queue(session, run, _single(session, run), now)
        _end_gathering(session, run)
        return
    after = (Standing.assignment_id == run.assignment_id, Standing.user_id > run.gathered_to)
    query = select(Standing).where(*after).order_by(Standing.user_id).limit(STUDENTS_AT_ONCE)
    standings = session.scalars(query).all()
    if not standings:
        _end_gathering(session, run)
        return
    found = _narrowed(session, run, _attempts(session, run, standings))
    _queue(session, run, found, now)
    run.gathered_to = standings[-1].user_id


def _end_gathering(session: Session, run: RegradeRun) -> None:
    anything = session.scalars(select(RegradeItem.submission_id).where(RegradeItem.run_id == run.id).limit(1)).first()
    if anything is None:
        run.state, run.ended_at = "discarded", utc_now()
    else:
        run.state = "grading"


def _regradable(run: RegradeRun) -> Select[int, int, int | None]:
    query = select(Submission.id, Submission.user_id, Submission.published_grading_id)
    return query.where(Submission.assignment_id == run.assignment_id, Submission.state.in_(REGRADABLE))


def _single(session: Session, run: RegradeRun) -> list[Found]:
    return list(session.execute(_regradable(run).where(Submission.id == int(run.subject))).all())


def _attempts(session: Session, run: RegradeRun, standings: Sequence[Standing]) -> list[Found]:
    """The latest, best or all attempts of these students. Where none counts, the latest is the best."""
    counted = {standing.user_id: standing.counted_submission_id for standing in standings}
    query = _regradable(run).where(Submission.user_id.in_(counted))
    rows = list(session.execute(query.order_by(Submission.user_id, Submission.attempt)).all())
    if run.attempts == "all":
        return rows
    chosen = {row.user_id: row for row in rows}
    if run.attempts == "best":
        chosen |= {row.user_id: row for row in rows if row.id == counted[row.user_id]}
    return list(chosen.values())


def _narrowed(session: Session, run: RegradeRun, rows: list[Found]) -> list[Found]:
    """Those whose published grading failed the check, has the diagnosis, or was made by the version."""
    if not run.only:
        return rows
    published = [row.published_grading_id for row in rows if row.published_grading_id is not None]
    if run.only == "version":
        query = select(Grading.id).where(Grading.id.in_(published), _of_version(run.subject))
    elif run.only == "check":
        failed = (CheckRow.name == run.subject, CheckRow.verdict.not_in(NOT_FAILED))
        query = select(CheckRow.grading_id).where(CheckRow.grading_id.in_(published), *failed)
    else:
        query = select(CheckRow.grading_id).where(CheckRow.grading_id.in_(published), CheckRow.diagnosis == run.subject)
    wanted = set(session.scalars(query))
    return [row for row in rows if row.published_grading_id in wanted]


def _of_version(words: str) -> ColumnElement[bool]:
    by_version = Grading.pack_version == words
    if len(words) < DIGEST_CHARACTERS:
        return by_version
    return or_(by_version, Grading.pack_digest.startswith(words, autoescape=True))


def _queue(session: Session, run: RegradeRun, rows: Sequence[Found], now: datetime) -> None:
    """A grading for each, with the seed and pack of its first."""
    earlier = select(Grading.submission_id, Grading.seed, Grading.pack_id)
    earlier = earlier.where(Grading.submission_id.in_([row.id for row in rows])).order_by(Grading.id.desc())
    first = {grading.submission_id: grading for grading in session.execute(earlier)}
    tags = next_tags(session, [row.user_id for row in rows], REGRADE)
    gradings = [
        Grading(
            submission_id=row.id,
            user_id=row.user_id,
            reason=RERUN,
            priority=REGRADE,
            fair_tag=tag,
            queued_at=now,
            seed=first[row.id].seed,
            pack_id=first[row.id].pack_id,
        )
        for row, tag in zip(rows, tags, strict=True)
    ]
    session.add_all(gradings)
    session.flush()
    session.add_all(
        RegradeItem(run_id=run.id, submission_id=grading.submission_id, user_id=grading.user_id, grading_id=grading.id)
        for grading in gradings
    )
