"""Many rows from a few: copies of submissions that were really graded, to find out how the pages fare among them.

For measurements on a database of their own. The copies are made inside the database, table by table, from a plan that
says which new submission comes from which old one; nothing of them passes through here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, MetaData, String, Table, func, insert, null, select, update
from sqlalchemy.orm import Session

from submissions.db import Database
from submissions.models.work import CheckRow, Grading, Source, Standing, Submission

PLAN = Table(
    "seeding_plan",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("grading_id", Integer),
    Column("template", Integer),
    Column("user_id", Integer, index=True),
    Column("attempt", Integer),
    Column("public_id", String(24)),
    prefixes=["TEMPORARY"],
)
CHUNK = 20_000
HELD_SECONDS = 3600.0


def copy_submissions(db: Database, templates: Sequence[tuple[int, int]], users: Sequence[int]) -> int:
    """Give every user so many copies of each template: `templates` are pairs of a graded submission and a number.

    One template for each assignment. The users must not have handed in anything for these assignments. On SQLite alone.
    """
    if not db.is_sqlite:
        raise ValueError("Rows are seeded with numbers of their own, which only SQLite takes note of.")
    made = 0
    step = max(1, CHUNK // max(1, sum(count for _, count in templates)))
    for begin in range(0, len(users), step):
        with db.write() as session:
            made += _copy(session, templates, users[begin : begin + step])
    return made


def _copy(session: Session, templates: Sequence[tuple[int, int]], users: Sequence[int]) -> int:
    connection = session.connection()
    PLAN.create(connection, checkfirst=True)
    session.execute(PLAN.delete())
    first = session.scalar(select(func.coalesce(func.max(Submission.id), 0))) or 0
    first_grading = session.scalar(select(func.coalesce(func.max(Grading.id), 0))) or 0
    plan = [
        (template, user, attempt) for user in users for template, most in templates for attempt in range(1, most + 1)
    ]
    session.execute(
        insert(PLAN),
        [
            {
                "id": first + number, "grading_id": first_grading + number, "template": template, "user_id": user,
                "attempt": attempt, "public_id": f"seeded{first + number:014d}",
            }
            for number, (template, user, attempt) in enumerate(plan, 1)
        ],
    )  # fmt: skip
    _fill(session)
    PLAN.drop(connection)
    return len(plan)


def _fill(session: Session) -> None:
    """Copy table by table; what is not named is as in the template."""
    plan = PLAN.c
    same_submission = Submission.id == plan.template
    published = Submission.published_grading_id == Grading.id
    _insert(
        session,
        Submission,
        {
            "id": plan.id, "user_id": plan.user_id, "attempt": plan.attempt, "public_id": plan.public_id,
            "batch": null(), "request_key": null(), "published_grading_id": plan.grading_id,
        },
        select().select_from(PLAN).join(Submission, same_submission),
    )  # fmt: skip
    _insert(
        session,
        Source,
        {"submission_id": plan.id},
        select().select_from(PLAN).join(Source, Source.submission_id == plan.template),
    )
    graded = select().select_from(PLAN).join(Submission, same_submission).join(Grading, published)
    _insert(
        session,
        Grading,
        {"id": plan.grading_id, "submission_id": plan.id, "user_id": plan.user_id},
        graded,
    )
    _insert(
        session,
        CheckRow,
        {"grading_id": plan.grading_id},
        graded.join(CheckRow, CheckRow.grading_id == Grading.id),
    )
    newest = PLAN.alias("newest")
    _insert(
        session,
        Standing,
        {
            "user_id": plan.user_id, "submitted": plan.attempt, "attempts": plan.attempt,
            "counted_submission_id": plan.id, "last_submission_id": plan.id,
        },
        select()
        .select_from(PLAN)
        .join(Submission, same_submission)
        .join(
            Standing,
            (Standing.assignment_id == Submission.assignment_id) & (Standing.user_id == Submission.user_id),
        )
        .where(
            plan.attempt
            == select(func.max(newest.c.attempt))
            .where(newest.c.user_id == plan.user_id, newest.c.template == plan.template)
            .scalar_subquery()
        ),
    )  # fmt: skip


def _insert(session: Session, model: Any, changed: dict[str, ColumnElement[Any]], source: Any) -> None:
    table = model.__table__
    columns = [changed.get(column.name, column) for column in table.columns]
    names = [column.name for column in table.columns]
    session.execute(insert(table).from_select(names, source.add_columns(*columns)))


def keep_running(db: Database, users: Sequence[int]) -> list[str]:
    """Turn every submission of these users into one that runs and does not end; their public ids, user by user."""
    with db.write() as session:
        until = db.now(session) + HELD_SECONDS
        session.execute(
            update(Grading)
            .where(Grading.user_id.in_(users))
            .values(state="running", lease_until=until, published_at=None, finished_at=None, report=null())
        )
        session.execute(
            update(Submission)
            .where(Submission.user_id.in_(users))
            .values(state="running", published_grading_id=None, score=None, shown_score=None)
        )
        found = session.execute(select(Submission.user_id, Submission.public_id).where(Submission.user_id.in_(users)))
        by_user = {row.user_id: row.public_id for row in found}
    return [by_user[user] for user in users]


def newest_graded(db: Database, user_id: int) -> list[Submission]:
    """The last graded submission of a user in each assignment, the oldest first."""
    query = select(Submission).filter_by(user_id=user_id, state="graded").order_by(Submission.id)
    with db.read() as session:
        newest = {submission.assignment_id: submission for submission in session.scalars(query)}
    return sorted(newest.values(), key=lambda submission: submission.id)
