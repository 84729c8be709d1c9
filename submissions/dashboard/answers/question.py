"""A question that people mark: its rubric in the pack, and the form in which a mark is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from grader.errors import PackError
from grader.packs import CheckDeclaration
from submissions.dashboard import typed
from submissions.models.courses import Assignment
from submissions.models.marking import Mark, SavedComment
from submissions.service import Packs
from submissions.store.marking import share_of

COMMENT_CHARACTERS = 10_000


@dataclass(frozen=True)
class Question:
    """A check with a rubric, in the reader's language. items: {"share", "en", "zh"} each."""

    assignment: Assignment
    check: str
    exercise: str
    title: str
    points: float
    items: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class MarkForm:
    """What stands in the form of a mark. given: one flag for each item. fault: the key of what is wrong with it."""

    given: tuple[bool, ...]
    adjust: float
    comment: str
    seen: int
    adjust_typed: str = ""
    fault: str = ""

    def items(self, question: Question) -> list[dict[str, Any]]:
        """The rubric as it is kept with the mark."""
        return [
            {"share": float(item["share"]), "en": item["en"], "zh": item["zh"], "given": given}
            for item, given in zip(question.items, self.given, strict=True)
        ]

    def share(self, question: Question) -> float:
        """What it comes to."""
        return share_of(self.items(question), self.adjust)


def questions(assignment: Assignment, packs: Packs, locale: str) -> list[Question]:
    """The questions of an assignment; none where its pack can't be read."""
    try:
        pack = packs.get(assignment.pack_id)
    except PackError:
        return []
    title = pack.title[locale]
    return [_question(assignment, check, title, locale) for check in pack.checks if check.rubric]


def _question(assignment: Assignment, check: CheckDeclaration, exercise: str, locale: str) -> Question:
    return Question(assignment, check.name, exercise, check.title[locale], check.points, check.rubric)


def form_of(question: Question, mark: Mark | None) -> MarkForm:
    """The form before anything is typed: the mark there is. An item that the pack has reworded is not given."""
    if mark is None:
        return MarkForm((False,) * len(question.items), 0.0, "", 0)
    given = {item["en"] for item in mark.items if item["given"]}
    return MarkForm(
        tuple(item["en"] in given for item in question.items),
        mark.adjust,
        mark.comment,
        mark.version,
        f"{100 * mark.adjust:g}" if mark.adjust else "",
    )


def typed_form(question: Question, sent: MultiDict[str, str], saved: Sequence[SavedComment]) -> MarkForm:
    """What was sent, with the saved comments that were chosen at the end of the words."""
    chosen, added = set(sent.getlist("item")), set(sent.getlist("saved"))
    comment = typed.words(sent.get("comment"), COMMENT_CHARACTERS)
    for one in saved:
        if str(one.id) in added and one.body not in comment:
            comment = f"{comment}\n\n{one.body}".strip()
    percent = typed.number(sent.get("adjust", "").strip() or "0", -100.0, 100.0)
    return MarkForm(
        given=tuple(str(number) in chosen for number in range(len(question.items))),
        adjust=0.0 if percent is None else round(percent / 100, 4),
        comment=comment[:COMMENT_CHARACTERS],
        seen=typed.whole_number(sent.get("seen")) or 0,
        adjust_typed=sent.get("adjust", ""),
        fault="answers.fault_adjust" if percent is None else "",
    )
