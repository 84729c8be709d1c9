"""What an entry of the audit log says: a sentence in the reader's language, filled from the entry and the names."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from submissions.models.courses import Assignment
from submissions.models.records import AuditEntry
from submissions.portal.pages import exercise_of
from submissions.store.audit_reading import PART, Names
from submissions.texts import catalogue, visible
from submissions.web.language import course_title, locale, moment, points, t

NOTHING = "–"


@dataclass(frozen=True)
class Line:
    """An entry as a page shows it. address: where what it is about is shown, or "" where nothing is."""

    entry: AuditEntry
    who: str
    login: str
    role: str
    course: str
    what: str
    sentence: str
    address: str


def line_of(entry: AuditEntry, names: Names) -> Line:
    """One line of the page."""
    who, what = _who(entry, names), subject(entry, names)
    person = names.people.get(entry.actor_id or 0)
    course = names.courses.get(entry.course_id or 0)
    return Line(
        entry=entry,
        who=who,
        login=person.login if person else "",
        role=_role(entry, names),
        course=course_title(course) if course else "",
        what=what,
        sentence=_sentence(entry, names, who, what),
        address=_address(entry, names),
    )


def key_of(action: str) -> str:
    """The name of an action's sentence."""
    return f"audit.do_{action.replace('.', '__')}"


def actions() -> dict[str, str]:
    """Every action in general words, sorted by these."""
    prefix = key_of("")
    keys = [key for key in catalogue() if key.startswith(prefix)]
    words = {key.removeprefix(prefix).replace("__", "."): _filled(key, {}, "…") for key in keys}
    return dict(sorted(words.items(), key=lambda item: item[1]))


def _sentence(entry: AuditEntry, names: Names, who: str, what: str) -> str:
    key = key_of(entry.action)
    if key not in catalogue():
        return f"{who}: {visible(entry.action)} {what}"
    after, before = entry.after or {}, entry.before or {}
    told = {name: value for name, value in after.items() if name != "score"}
    blanks: dict[str, object] = {name: _value(value) for name, value in told.items()}
    blanks |= {f"{name}_before": _value(value) for name, value in before.items()}
    blanks |= {"score": points(after.get("score")), "score_before": points(before.get("score"))}
    for name, source in (("check", after), ("check_before", before)):
        if "check" in source:
            blanks[name] = check_title(entry, names, str(source["check"]))
    if "role" in after:
        blanks["role"] = _role_word(str(after["role"]))
    return _filled(key, {**blanks, "who": who, "what": what, "changes": changes(before, after)})


def _filled(key: str, blanks: Mapping[str, object], otherwise: str = NOTHING) -> str:
    sentence = catalogue()[key][locale()]
    wanted = {name for _, name, _, _ in string.Formatter().parse(sentence) if name}
    return sentence.format_map({name: blanks.get(name, otherwise) for name in wanted}).strip()


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What was changed, field by field."""
    fields = [name for name in after if before.get(name) != after[name]]
    words = [
        t("audit.changed", field=_field(name), before=_value(before.get(name)), after=_value(after[name]))
        for name in fields
    ]
    return "; ".join(words)


def _field(name: str) -> str:
    key = f"audit.field_{name}"
    return t(key) if key in catalogue() else visible(name)


def _value(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return t("audit.yes") if value else t("audit.no")
    if isinstance(value, int | float):
        return points(value)
    words = str(value)
    if len(words) >= len("2026-01-01T00:00") and words[10:11] == "T":
        try:
            return moment(datetime.fromisoformat(words)).striptags()
        except ValueError:
            pass
    return visible(words)


# --------------------------------------------------------------------------------------------------- names


def _who(entry: AuditEntry, names: Names) -> str:
    if entry.actor_id is None:
        return t("audit.service")
    person = names.people.get(entry.actor_id)
    return visible(person.name) if person else t("audit.someone")


def _role(entry: AuditEntry, names: Names) -> str:
    person = names.people.get(entry.actor_id or 0)
    if person is None:
        return ""
    if person.is_admin:
        return t("audit.role_admin")
    if entry.course_id is None:
        return ""
    return _role_word(names.roles.get((person.id, entry.course_id), "none"))


def _role_word(role: str) -> str:
    known = role in {"student", "assistant", "instructor", "admin", "none"}
    return t(f"audit.role_{role}") if known else visible(role)


def subject(entry: AuditEntry, names: Names) -> str:
    """What an entry is about, in words; as the log has it where nothing is known of it any more."""
    parts = {kind: int(number) for kind, number in PART.findall(entry.subject)}
    student, assignment = names.people.get(parts.get("user", 0)), names.assignments.get(parts.get("assignment", 0))
    submission = _submission_id(parts, names)
    if submission in names.submissions:
        return _submission(submission, names)
    if assignment is not None and student is not None:
        return t("audit.what_assignment_user", name=visible(student.name), title=_title(assignment))
    if assignment is not None:
        return t("audit.what_assignment", title=_title(assignment))
    if student is not None:
        return visible(student.name)
    course = names.courses.get(parts.get("course", 0))
    return course_title(course) if course is not None else visible(entry.subject)


def _submission_id(parts: Mapping[str, int], names: Names) -> int:
    return parts.get("submission", 0) or names.comments.get(parts.get("comment", 0), 0)


def _submission(submission_id: int, names: Names) -> str:
    row, name = names.submissions[submission_id]
    assignment = names.assignments.get(row.assignment_id)
    title = _title(assignment) if assignment is not None else NOTHING
    return t("audit.what_submission", n=row.attempt, name=visible(name), title=title)


def _title(assignment: Assignment) -> str:
    return visible(exercise_of(assignment).title)


def check_title(entry: AuditEntry, names: Names, name: str) -> str:
    """What a check of the entry's exercise is called."""
    if not name:
        return t("audit.whole")
    parts = {kind: int(number) for kind, number in PART.findall(entry.subject)}
    submission = names.submissions.get(_submission_id(parts, names))
    assignment_id = submission[0].assignment_id if submission else parts.get("assignment", 0)
    assignment = names.assignments.get(assignment_id)
    pack = exercise_of(assignment).pack if assignment is not None else None
    checks = pack.checks if pack is not None else ()
    return next((check.title[locale()] for check in checks if check.name == name), visible(name))


def _address(entry: AuditEntry, names: Names) -> str:
    parts = {kind: int(number) for kind, number in PART.findall(entry.subject)}
    found = names.submissions.get(_submission_id(parts, names))
    return f"/submissions/{found[0].public_id}/staff" if found else ""
