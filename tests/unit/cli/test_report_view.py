"""What a person reads: every verdict, every sentence, the line with the error, the curves; and no control code."""

import io
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader.cli.report_view import show_report
from grader.cli.texts import Texts
from grader.report import VERDICTS, Plot, ReviewNote, StudentError
from tests.support.fake_engine import both, check, report


@pytest.fixture
def show(pack):
    def show(shown, locale="en", width=80, *, colour=False, encoding="utf-8"):
        file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
        console = Console(file=file, width=width, force_terminal=colour, color_system="truecolor" if colour else None,
                          markup=False, highlight=False, emoji=False, _environ={})  # fmt: skip
        show_report(console, shown, pack, Texts(locale))
        file.flush()
        return file.buffer.getvalue().decode(encoding)

    return show


def words(text):
    """The text with line breaks and margins taken out."""
    return re.sub(r"\s+", " ", text)


def test_title_score_points_and_feedback_are_there(show):
    failed = check("shape", "failed", title=both("The shape is right"), max_points=1.0, diagnosis="wrong-shape",
                   feedback=both("It has 3 rows."), hint=both("Print its shape."))  # fmt: skip
    shown = words(show(report(check(), failed)))

    for part in ("Slopes of curves", "slopes 2.1.0", "3 / 4", "3/3", "0/1", "It has 3 rows.", "Hint: Print its shape.",
                 "wrong-shape", "seed 7", "41 ms", "torch 2.13.0"):  # fmt: skip
        assert part in shown


def test_everything_is_in_the_asked_language(show):
    shown = show(report(check(feedback=both("fine", "很好"))), "zh")

    assert all(part in shown for part in ("曲线的斜率", "斜率正确", "很好", "得分", "种子"))
    assert not re.search(r"Score|Check|seed|fine", shown)


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("locale", ["en", "zh"])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_every_verdict_can_be_shown(show, verdict, locale, encoding):
    assert "0/3" in show(report(check("slope", verdict, points=0.0)), locale, encoding=encoding)


def test_verdicts_are_told_apart_without_colours(show):
    lines = {verdict: show(report(check("slope", verdict, points=0.0))).splitlines()[3:5] for verdict in VERDICTS}

    assert len({str(shown) for shown in lines.values()}) == len(VERDICTS)


def test_a_hint_is_not_shown_for_a_passed_check(show):
    assert "try this" not in show(report(check(hint=both("try this"))))


def test_what_fails_several_checks_is_said_once(show):
    failed = [
        check(name, "failed", feedback=both("It raised."), hint=both("Read it."), diagnosis="raised") for name in "ab"
    ]
    shown = show(report(*failed))

    assert [shown.count(part) for part in ("It raised.", "Read it.", "same as above", "raised\n")] == [1, 1, 1, 0]
    assert words(shown).count(" raised ") == 2


def test_full_marks_alone_fill_the_bar(show):
    nearly = show(report(check(points=2.999)))

    assert "░" in nearly
    assert "░" not in show(report(check()))


def test_a_cap_that_binds_is_told(show):
    capped = check("shape", "failed", title=both("No loops"), max_points=1.0, cap=2.0)

    assert "limited to 2" in show(report(check(), capped, score=2.0))
    assert "limited" not in show(report(check("shape", "passed", cap=2.0)))


def test_reasons_of_faults_are_shown_to_the_instructor(show):
    broken = check("slope", "broken", detail={"fault": "KeyError: 'y'"}, feedback=both("This check itself failed."))
    shown = show(report(broken, status="broken_pack", message=both("Not in order."), fault="checks/test_a.py: bad"))

    assert all(part in shown for part in ("Not in order.", "KeyError: 'y'", "checks/test_a.py: bad"))


def test_checks_students_do_not_see_are_marked(show):
    assert "hidden from students" in show(report(check(visibility="hidden")))
    assert "after the deadline" in words(show(report(check(visibility="after_deadline"))))


def error(**changes):
    facts = {"type": "NameError", "message": "name 'y' is not defined", "cell": None, "line": 4, "column": None,
             "source": "z = x + y", "traceback": ""}  # fmt: skip
    return StudentError(**facts | changes)


@pytest.mark.parametrize(("source", "column"), [
    ("z = x + y", 9), ("\tz = x + y", 10), ("数据 = x + y", 10), ("y", 1), ("z = " + "长" * 200 + " + y", 208),
    ("z = " + "long" * 100 + " + y" + "tail" * 100, 408), ("z = '\x1b[31m' + y", 15),
])  # fmt: skip
@pytest.mark.parametrize("width", [40, 60, 80])
def test_the_pointer_stands_under_the_place(show, source, column, width):
    assert source[column - 1] == "y"
    lines = show(report(errors=(error(source=source, column=column),)), width=width).splitlines()

    at = next(number for number, line in enumerate(lines) if line.strip().startswith("4 |"))
    under = cell_len(lines[at + 1].partition("^")[0])
    shown = next(i for i in range(len(lines[at])) if cell_len(lines[at][:i]) == under and lines[at][i] == "y")
    assert shown
    assert cell_len(lines[at]) <= width


def test_a_pointer_past_the_end_of_the_line_is_kept_and_a_wild_one_dropped(show):
    def pointers(column):
        lines = show(report(errors=(error(type="SyntaxError", source="print(x", column=column),))).splitlines()
        return sum("^" in line for line in lines)

    assert [pointers(column) for column in (1, 8, 9, 10**6, None)] == [1, 1, 0, 0, 0]


def test_an_error_tells_cell_line_message_and_advice(show):
    shown = show(report(errors=(error(cell=3, advice=both("Define y first.")),)))

    assert all(part in shown for part in ("NameError: name 'y' is not defined", "cell 3, line 4", "Define y first."))
    assert "line 4" in show(report(errors=(error(),)))
    assert "cell 3" in show(report(errors=(error(cell=3, line=None, source=None),)))


ATTACK = "a\x1b[2J\x1b]0;owned\x07b\rc\x9bd\u202ee\u2028f\x00g\x08h"


def test_no_control_code_from_a_submission_reaches_the_terminal(show):
    hostile = check("slope", "broken", title=both(ATTACK), feedback=both(ATTACK), hint=both(ATTACK), diagnosis=ATTACK,
                    detail={"fault": ATTACK})  # fmt: skip
    wrong = error(type=ATTACK, message=ATTACK, source=ATTACK, column=3, advice=both(ATTACK))
    told = report(
        hostile,
        errors=(wrong,),
        notes=(ATTACK,),
        stdout=ATTACK,
        fault=ATTACK,
        status="broken_pack",
        message=both(ATTACK),
    )
    for locale in ("en", "zh"):
        shown = show(told, locale)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", shown)
        assert "\\x1b[2J" in shown


def test_markup_from_a_submission_is_only_text(show):
    shown = show(report(check(feedback=both("[bold red]x[/bold red] :smile: [link=file:///]y[/link]"))), colour=True)

    assert "[bold red]x[/bold red] :smile:" in words(shown)
    assert "\x1b]8" not in shown


def test_long_output_is_cut_and_the_rest_counted(show):
    shown = show(report(stdout="".join(f"row {number}\n" for number in range(40))))

    assert "row 11" in shown
    assert "row 12" not in shown
    assert "lines not shown: 28" in shown


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize("locale", ["en", "zh"])
def test_no_line_is_wider_than_the_terminal(show, width, locale):
    plot = Plot(((0.0, 1.0), (1.0, 2.0)), ((0.0, 2.0), (1.0, 1.0)))
    long = {"title": both("very " * 30, "很" * 90), "feedback": both("much " * 60, "多" * 150)}
    wide = check("slope", "timed_out", visibility="after_deadline", cap=1.0, plot=plot, **long)
    shown = show(
        report(wide, errors=(error(message="字" * 100),), stdout="字" * 300, notes=("%x " * 50,)), locale, width
    )

    assert max(cell_len(line) for line in shown.splitlines()) <= width


CURVE = Plot(((0.0, 0.0), (1.0, 1.0)), ((0.0, 1.0), (1.0, 0.0)))
OTHER = Plot(((0.0, 5.0), (1.0, 7.0)), ((0.0, 5.0), (1.0, 7.0)))


def test_the_curves_of_checks_that_did_not_pass_are_drawn_once_each(show):
    wrong = [check(f"c{number}", "failed", plot=CURVE) for number in range(3)]
    shown = show(report(check(plot=OTHER), *wrong))

    assert shown.count("this submission") == 1
    assert "7│" not in shown


def test_when_all_passed_a_curve_is_drawn_too(show):
    assert "7│" in show(report(check(plot=OTHER)))


def test_points_without_a_place_are_counted(show):
    curve = Plot(((0.0, 0.0), (1.0, float("nan")), (2.0, float("inf"))), ((0.0, 1.0), (2.0, 0.0)))

    assert "points without a finite value: 2" in show(report(check("slope", "failed", plot=curve)))


def test_colours_are_used_only_where_the_terminal_has_them(show):
    assert "\x1b[" in show(report(), colour=True)
    assert "\x1b" not in show(report())


@pytest.mark.parametrize(("locale", "heading"), [("en", "For the instructor"), ("zh", "供教师参考")])
def test_what_an_instructor_should_look_at_is_said_to_be_for_him(show, locale, heading):
    place = ReviewNote("frames", both("Looks up.", "查看调用者。"), cell=2, line=7, source="sys._getframe()")
    doubt = ReviewNote("perhaps-a-difference", both("As inexact.", "误差相当。"), check="slope")
    shown = show(report(check("slope"), review=(place, doubt)), locale)

    after = words(shown[shown.index(heading) :])
    for note in (place, doubt):
        assert note.text[locale] in after
    assert "7" in after
    assert "sys._getframe()" in after
    assert check("slope").title[locale] in after
    assert heading not in show(report(check("slope")), locale)
