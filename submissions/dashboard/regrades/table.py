"""The table of what a run would change, for the page and for a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from submissions.models.courses import Assignment
from submissions.portal.pages import exercise_of
from submissions.store.regrade_reading import Change, Made
from submissions.texts import visible
from submissions.web.language import locale, points, t

EXACT = 1e-9


@dataclass(frozen=True)
class Line:
    """A row of the page. kind: gain, loss, same, or the item's state where it has no result. moved: published anew."""

    change: Change
    kind: str
    checks: Sequence[str]
    standing_moves: bool


def titles(assignment: Assignment) -> Mapping[str, str]:
    """What the checks of an assignment are called."""
    pack = exercise_of(assignment).pack
    return {check.name: check.title[locale()] for check in pack.checks} if pack is not None else {}


def shown(changes: Iterable[Change], names: Mapping[str, str]) -> list[Line]:
    """The rows of a page."""
    return [
        Line(change, kind_of(change), [sentence(check, names) for check in change.item.checks], _moves(change))
        for change in changes
    ]


def kind_of(change: Change) -> str:
    """Which way a submission goes."""
    if change.item.state in ("waiting", "failed", "superseded", "cancelled"):
        return change.item.state
    if abs(change.item.change) <= EXACT:
        return "same"
    return "gain" if change.item.change > 0 else "loss"


def sentence(check: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What became of one check, in words."""
    title = names.get(check["name"], visible(check["name"]))
    blanks = {
        "title": title,
        "before": _verdict(check["before"]),
        "after": _verdict(check["after"]),
        "points_before": points(check["points_before"]),
        "points_after": points(check["points_after"]),
    }
    return t("regrades.check_changed", **blanks)


def made(value: Made | None) -> str:
    """Versions of pack and engine; the beginning of the digest tells packs of one version apart."""
    if value is None:
        return "–"
    blanks = {"pack": value.pack_version, "digest": value.pack_digest[:8], "engine": value.engine_version}
    return t("regrades.made_with", **blanks)


def heads() -> list[str]:
    """The first line of the file."""
    names = (
        "student", "login", "attempt", "state", "before", "after", "change", "total_before", "total_after", "checks",
        "versions_before", "versions_after",
    )  # fmt: skip
    return [t(f"regrades.head_{name}") for name in names]


def lines(changes: Iterable[Change], names: Mapping[str, str]) -> Iterator[list[object]]:
    """The other lines of the file."""
    for one in changes:
        item = one.item
        checks = "; ".join(sentence(check, names) for check in item.checks)
        yield [
            one.name, one.login, one.submission.attempt, t(f"regrades.kind_{kind_of(one)}"), item.score_before,
            item.score_after, item.change, one.standing_before, one.standing_after, checks, made(one.made_before),
            made(one.made_after),
        ]  # fmt: skip


def _verdict(name: str) -> str:
    return t(f"portal.verdict_{name}") if name else t("regrades.no_check")


def _moves(change: Change) -> bool:
    before, after = change.standing_before, change.standing_after
    return (before is None) != (after is None) or abs((before or 0.0) - (after or 0.0)) > EXACT
