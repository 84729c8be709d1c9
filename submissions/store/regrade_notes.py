"""What a new grading of a run would change, written down when it ends: in the transaction of its end."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from submissions.models.regrades import RegradeItem
from submissions.models.work import RERUN, CheckRow, Grading, Submission
from submissions.store.results import preview

EXACT = 1e-9


def note(session: Session, grading: Grading, submission: Submission) -> None:
    """Compare what counts with what came out. Not of a run: nothing happens."""
    item = _item(session, grading)
    if item is None:
        return
    session.flush()  # the new verdicts
    item.grading_before = submission.published_grading_id
    item.score_before = submission.score
    if grading.status != "graded":
        item.state = "failed"
        return
    after = preview(session, submission, grading).score
    item.state, item.score_after = "done", after
    item.change = (after or 0.0) - (submission.score or 0.0)
    item.checks = changed_checks(_verdicts(session, item.grading_before), _verdicts(session, grading.id))
    item.differs = bool(item.checks) or abs(item.change) > EXACT or (after is None) != (submission.score is None)


def note_failure(session: Session, grading: Grading) -> None:
    """It could not be graded, by a fault of ours."""
    item = _item(session, grading)
    if item is not None:
        item.state = "failed"


def changed_checks(before: dict[str, CheckRow], after: dict[str, CheckRow]) -> list[dict[str, Any]]:
    """The checks whose verdict or points differ, those of the new grading first; "" where one has no such check."""
    names = [*after, *(name for name in before if name not in after)]
    lines = [_line(name, before.get(name), after.get(name)) for name in names]
    return [
        line
        for line in lines
        if line["before"] != line["after"] or abs(line["points_after"] - line["points_before"]) > EXACT
    ]


def _line(name: str, before: CheckRow | None, after: CheckRow | None) -> dict[str, Any]:
    return {
        "name": name,
        "before": before.verdict if before else "",
        "after": after.verdict if after else "",
        "points_before": before.points if before else 0.0,
        "points_after": after.points if after else 0.0,
    }


def _verdicts(session: Session, grading_id: int | None) -> dict[str, CheckRow]:
    query = select(CheckRow).where(CheckRow.grading_id == grading_id).order_by(CheckRow.position)
    return {row.name: row for row in session.scalars(query)} if grading_id is not None else {}


def _item(session: Session, grading: Grading) -> RegradeItem | None:
    """The item that waits for this grading. One that was cancelled meanwhile does not wait any more."""
    if grading.reason != RERUN:
        return None
    query = select(RegradeItem).where(RegradeItem.grading_id == grading.id, RegradeItem.state == "waiting")
    return session.scalars(query.with_for_update()).one_or_none()
