"""`student`: which evidence counts, what goes to the child, and what an altered world changes."""

import pytest
import torch

from grader.checks import inputs
from grader.checks.functions import fn
from grader.checks.inputs import graph_of, leaf, rand
from grader.checks.messages import FREED
from grader.checks.student import Student
from grader.wire.messages import ExceptionValue, Expression, InputState, Items, Let, Ref, SequenceValue, TensorSpec
from tests.unit.checks import reports
from tests.unit.checks.reports import FREED_TEXT, FakeWorlds, call_report, problem, run, run_report

FUNCTION = ("f", "function")


@pytest.fixture(autouse=True)
def seeded():
    inputs.reseed(3, "a_check")


def code(caught):
    return caught.value.args[0].code


def student(**parts):
    worlds = FakeWorlds(**parts)
    return Student(worlds, 5, "a_check"), worlds


def reaching(tensor, **options):
    state = reports.leaf(None, tensor.tolist(), value=tensor.tolist())
    return run(state, **options)


def test_a_tensor_is_handed_over_as_a_leaf_that_requires_grad():
    one, worlds = student(calls={"f": call_report(1)})
    assert one.f(torch.ones(2)).value == 1
    (request,) = worlds.requests
    (let,) = request.lets
    assert (let.value.requires_grad, let.value.leaf, request.args) == (True, True, (Ref("x"),))


def test_a_live_graph_is_built_in_the_childs_process():
    one, worlds = student(calls={"f": call_report(1)})
    one.f(*graph_of(fn("(x**2).sum()"), torch.ones(2)))
    (request,) = worlds.requests
    assert [let.name for let in request.lets] == ["x", "F", "y"]
    assert request.lets[1:] == (Let("F", Expression("lambda x: (x**2).sum()")), Let("y", Expression("F(x)")))
    assert request.args == (Ref("y"), Ref("x"))


def test_functions_and_lists_are_arguments_too():
    one, worlds = student(calls={"f": call_report(1)})
    one.f(fn("x + 1"), [leaf(torch.ones(1), name="a", stale_grad=7.0), 2])
    (request,) = worlds.requests
    assert request.args == (Expression("lambda x: x + 1"), Items((Ref("a"), 2)))
    assert isinstance(request.lets[0].value, TensorSpec)
    assert request.lets[0].value.stale_grad == 7.0


def test_a_function_that_raised_ends_the_check_with_its_text_line_and_advice():
    one, _ = student(calls={"f": call_report(error=problem(FREED_TEXT, line=4))})
    with pytest.raises(AssertionError) as caught:
        _ = one.f().value
    assert code(caught) == "raised"
    assert "(line 4)" in caught.value.args[0].detail["detail"]
    assert caught.value.args[0].detail["advice"] == "freed-graph"


def test_a_call_that_ran_out_of_time_is_a_time_out():
    one, _ = student(calls={"f": call_report(error=problem("", "SubmissionTimeout"))})
    with pytest.raises(AssertionError) as caught:
        _ = one.f().value
    assert code(caught) == "timeout"


def test_a_changed_input_is_told_by_name():
    state = InputState("x", True, None, None, True)
    one, _ = student(calls={"f": call_report(1, inputs=[state])})
    with pytest.raises(AssertionError) as caught:
        _ = one.f(torch.ones(2)).checked
    assert (code(caught), caught.value.args[0].detail["name"]) == ("input-modified", "x")


@pytest.mark.parametrize(
    "value",
    [
        FREED_TEXT,
        ExceptionValue(("RuntimeError",), FREED_TEXT),
        SequenceValue("tuple", ("RuntimeError", SequenceValue("list", (FREED_TEXT,)))),
    ],
)
def test_an_error_is_reported_by_its_text_in_whatever_is_returned(value):
    one, _ = student(calls={"f": call_report(value)})
    assert one.f().reports(FREED)


def test_without_the_function_the_script_is_the_evidence():
    one, _ = student(report=run_report([run()]))
    assert one.either("f", torch.ones(2)).is_script


def test_a_missing_name_is_told_where_other_functions_are():
    one, _ = student(report=run_report(names=[("g", "function")]))
    with pytest.raises(AssertionError) as caught:
        one.either("f")
    assert code(caught) == "missing-name"


def test_an_empty_file_is_judged_as_a_script():
    one, _ = student()
    assert one.either("f").is_script


def test_a_file_that_is_not_python_says_so_before_a_name_is_missing():
    one, _ = student(report=run_report(problems=[problem("invalid", "SyntaxError", text="y.backward（）")]))
    with pytest.raises(AssertionError) as caught:
        one.either("f")
    assert code(caught) == "raised"
    assert "y.backward（）" in caught.value.args[0].detail["detail"]


def test_a_function_that_uses_what_it_was_handed_is_the_evidence():
    x = torch.tensor([3.0, 4.0])
    one, _ = student(report=run_report([run()]), calls={"f": call_report(1, [reaching(x)])})
    assert not one.either("f", x).is_script


def test_a_typed_in_answer_does_not_fall_back_on_the_script():
    one, _ = student(report=run_report([run()]), calls={"f": call_report(FREED_TEXT)})
    assert not one.either("f", torch.ones(2)).is_script


def test_a_function_on_tensors_of_its_own_gives_way_to_a_script_that_shows_it():
    parts = {"report": run_report([run()]), "calls": {"f": call_report(1, [reaching(torch.tensor([9.0, 9.0]))])}}
    one, _ = student(**parts)
    assert one.either("f", torch.ones(2), shows=lambda answer: len(answer.runs) == 1).is_script
    assert not one.either("f", torch.ones(2), shows=lambda _: False).is_script


def test_a_function_without_parameters_is_called_without_arguments():
    def answer(request):
        if request.args:
            return call_report(error=problem("f() takes 0 positional arguments but 1 was given", "TypeError"))
        return call_report(1, [run(), run()])

    one, _ = student(calls={"f": answer})
    evidence = one.either("f", torch.ones(2))
    assert evidence.is_script
    assert len(evidence.runs) == 2


@pytest.mark.parametrize("value", ["0123456789", SequenceValue("list", ("short", "0123456789"))])
def test_an_explanation_is_a_string_of_ten_characters(value):
    one, _ = student(report=run_report(names=[("explanation_2", "other")]), values={"explanation_2": value})
    assert one.explanation == "0123456789"


@pytest.mark.parametrize("prose", ["# Exercise 2: backward twice", "```\nprint('backward twice')\n```", "see above"])
def test_a_heading_code_and_a_word_or_two_explain_nothing(prose):
    one, _ = student(report=run_report(prose=[prose]))
    assert one.explanation == ""


def test_a_markdown_cell_explains():
    one, _ = student(report=run_report(prose=["## 2\n保存的张量在第一次反向传播后被释放。"]))
    assert one.explanation.startswith("保存")


def test_inside_marked_calls_and_runs_carry_the_mark_and_no_asserts():
    one, worlds = student(calls={"f": call_report(1)})
    with one.marked() as mark:
        _ = one.script
        one.f()
    run_world, call_world = worlds.worlds
    assert 1.3 <= mark <= 2.9
    assert (run_world.mark, run_world.assertions) == (mark, False)
    assert (call_world.mark, call_world.assertions, worlds.requests[0].mark) == (1.0, False, mark)
    one.f()
    assert worlds.requests[1].mark == 1.0


def test_inside_replaced_the_students_global_is_bound_to_the_other_function():
    one, worlds = student(calls={"g": call_report(1)})
    with one.replaced(f=fn("x**2")):
        one.g(torch.ones(2))
    (request,) = worlds.requests
    assert request.bind == {"f": Ref("bound0")}
    assert Let("bound0", Expression("lambda x: x**2")) in request.lets


def test_inside_replaced_a_librarys_function_is_another_before_the_file_runs():
    one, worlds = student()
    with one.replaced({"torch.sin": "lambda x: x"}):
        _ = one.script
    assert worlds.worlds[0].replaced == {"torch.sin": "lambda x: x"}


def test_the_same_check_draws_the_same_numbers_and_another_check_others():
    first = rand(5)
    inputs.reseed(3, "a_check")
    assert torch.equal(rand(5), first)
    inputs.reseed(3, "another_check")
    assert not torch.equal(rand(5), first)


def test_drawn_numbers_stay_in_range_and_away_from_zero():
    numbers = rand(2000)
    assert -2 <= float(numbers.min()) < -1.9
    assert 1.9 < float(numbers.max()) <= 2
    assert float(numbers.abs().min()) >= 0.05 - 1e-6


@pytest.mark.parametrize(
    ("report", "override"),
    [
        (run_report(), None),
        (run_report(problems=[problem("no", "NameError")]), None),
        (run_report(problems=[problem("no", "NameError"), problem("x", "SyntaxError")]), "raised"),
    ],
)
def test_a_syntax_error_comes_before_every_other_diagnosis(report, override):
    one, _ = student(report=report)
    found = one.overriding()
    assert (found and found.code) == override


@pytest.mark.parametrize(
    ("message", "advice"), [("invalid character '（' (U+FF08)", "full-width"), ("expected ':'", "not-python")]
)
def test_a_full_width_bracket_is_told_from_other_syntax_errors(message, advice):
    one, _ = student(report=run_report(problems=[problem(message, "SyntaxError", text="y.backward（）")]))
    assert one.overriding().detail["advice"] == advice
