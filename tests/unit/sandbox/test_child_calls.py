"""Functions are called with inputs made inside, and everything that came of it is told."""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np
import pytest
import torch

from grader.sandbox import tensors
from grader.sandbox.values import Values
from grader.wire.arrays import from_numpy, to_numpy
from grader.wire.messages import (
    Array,
    ExceptionValue,
    Expression,
    Items,
    Let,
    MappingValue,
    NdarrayValue,
    OpaqueValue,
    Ref,
    SequenceValue,
    TensorSpec,
    TensorValue,
)


def spec(*numbers, dtype="float32", **rest):
    return TensorSpec(from_numpy(np.array(numbers, dtype)), **rest)


X = Let("x", spec(1, 2, 3, requires_grad=True))


def told(value):
    return to_numpy(value.array).tolist()


def test_a_call_gives_value_runs_and_inputs(student):
    child = student("""\
        def grad_of(y, x):
            y.backward()
            print("hello")
            return x.grad
        """)
    lets = (Let("F", Expression("lambda t: (t**3).sum()")), X, Let("y", Expression("F(x)")))
    report = child.call("grad_of", Ref("y"), Ref("x"), lets=lets)
    assert told(report.value) == [3, 12, 27]
    assert report.value.same_as == "x.grad"
    assert report.stdout == "hello\n"
    assert [run.leaves[0].name for run in report.runs] == ["x"]
    assert [(state.name, state.changed) for state in report.inputs] == [("x", False), ("y", False)]
    assert report.problem is None
    assert not report.missing


def test_output_and_runs_of_the_submission_do_not_reappear_in_a_call(student):
    child = student("import torch\nprint('loud')\ntorch.ones(1, requires_grad=True).backward()\ndef f(): return 1\n")
    report = child.call("f")
    assert (report.stdout, report.runs, report.value) == ("", (), 1)


def test_a_missing_or_uncallable_name_is_told(student):
    child = student("f = 3\n")
    assert child.call("f").missing
    assert child.call("g").missing
    assert child.read("g").missing
    assert child.read("f").value == 3


def test_a_raised_exception_is_a_problem_with_the_students_line(student):
    report = student("def f(x):\n    return x.undefined\n").call("f", Ref("x"), lets=(X,))
    assert report.problem.types[0] == "AttributeError"
    assert (report.problem.line, report.problem.cell) == (2, 0)
    assert "<given>" not in report.problem.traceback


def test_an_endless_call_ends_as_a_timeout(student, monkeypatch):
    monkeypatch.setattr("grader.sandbox.calls.SOFT_CALL_SECONDS", 0.2)
    child = student("def f():\n    while True: pass\ndef g(): return 2\n")
    assert child.call("f").problem.types[0] == "SubmissionTimeout"
    assert child.call("g").value == 2


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ("x.data.mul_(2)", True),
        ("x.detach().numpy()[0] = 5", True),
        ("x.data = x.data[:2]", True),
        ("x.data.copy_(x.data)", False),
        ("x.grad = x.detach() * 7", False),
        ("y = x * 2", False),
    ],
)
def test_changed_inputs_are_noticed_however_it_was_done(student, body, changed):
    report = student(f"def f(x):\n    {body}\n").call("f", Ref("x"), lets=(X,))
    assert report.problem is None
    assert report.inputs[0].changed is changed


def test_nan_is_no_change_and_a_changed_sign_of_zero_is(student):
    child = student("def same(x): pass\ndef negate(x): x.neg_()\n")
    lets = (Let("x", spec(float("nan"), 0.0)),)
    assert not child.call("same", Ref("x"), lets=lets).inputs[0].changed
    assert child.call("negate", Ref("x"), lets=lets).inputs[0].changed


def test_bound_globals_last_for_one_call(student):
    child = student("def f(x): return x\ndef g(x): return f(x)\n")
    bound = {"f": Ref("other"), "fresh": 1}
    report = child.call("g", 3, lets=(Let("other", Expression("lambda x: 10 * x")),), bind=bound)
    assert report.value == 30
    assert child.call("g", 3).value == 3
    assert child.read("fresh").missing


def test_given_functions_look_ordinary_and_see_the_originals(student):
    child = student("import torch\ntorch.sin = None\ndef f(F, x): return (F.__name__, F(x).item())\n")
    lets = (Let("F", Expression("lambda x: torch.sin(x).sum()")), X)
    name, value = child.call("f", Ref("F"), Ref("x"), lets=lets).value.items
    assert name == "F"
    assert value == pytest.approx(float(np.sin([1, 2, 3]).sum()))


def test_graphs_are_given_although_gradients_were_switched_off(student):
    child = student("import torch\ntorch.set_grad_enabled(False)\ndef f(y): return y.requires_grad\n")
    assert child.call("f", Ref("y"), lets=(X, Let("y", Expression("x * 2")))).value is True


def test_an_input_that_cannot_be_made_is_the_requests_fault(student):
    child = student("def f(x): return x\n")
    for bad in (Expression("1 / 0"), Ref("nothing"), spec(1, dtype="int64", requires_grad=True)):
        assert child.call("f", bad).problem.types[0] == "RequestError"


def test_lists_keywords_and_plain_values_arrive(student):
    child = student("def f(a, b, *, c): return (a, b, c)\nclass C:\n    def __call__(self): return 5\nobject_ = C()\n")
    report = child.call("f", Items((1, "two", None)), 2.5, kwargs={"c": True})
    assert report.value == SequenceValue("tuple", (SequenceValue("list", (1, "two", None)), 2.5, True))
    assert child.call("object_").value == 5


def test_marks_operations_lines_and_figures_belong_to_the_call(student):
    child = student("""\
        import matplotlib.pyplot as plt
        def f(x):
            x.sin().sum().backward()
            plt.plot([1, 2])
            return x.grad
        """)
    report = child.call("f", Ref("x"), lets=(Let("x", spec(0.0, requires_grad=True)),), mark=3.0, ops=True, lines=True)
    assert told(report.value) == [3.0]
    assert report.lines == (3, 4, 5)
    assert any(count.op == "aten::cos" for count in report.ops)
    assert len(report.figures) == 1
    assert child.call("f", Ref("x"), lets=(X,)).ops == ()


def test_a_function_of_ours_can_be_called_with_the_students_as_an_argument(student):
    child = student("def f(x): return x + 1\n")
    lets = (Let("ours", Expression("lambda f, x: [f(x), f(2 * x)]")),)
    report = child.call("<ours>", Ref("f"), 3, lets=lets, bind={"<ours>": Ref("ours")})
    assert report.value == SequenceValue("list", (4, 7))
    assert child.call("<ours>").missing


def test_places_tell_which_side_of_an_expression_ran_and_how_often(student):
    child = student("f = lambda n: [1 if i > 0 else -1 for i in range(n)]\n")
    report = child.call("f", 3, lines=True)
    sides = {(place.column, place.end_column): place.count for place in report.places if place.line == 1}
    assert (sides[15, 16], sides[31, 33]) == (2, 1)
    assert child.call("f", 3).places == ()


# ------------------------------------------------------------------------------------------------- inputs


def test_tensors_are_made_as_asked():
    matrix = spec([1, 2, 3], [4, 5, 6], contiguous=False, requires_grad=True, stale_grad=7.0)
    tensor = tensors.build(matrix)
    assert not tensor.is_contiguous()
    assert tensor.is_leaf
    assert tensor.requires_grad
    assert tensor._base is None
    assert tensor.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert tensor.grad.tolist() == [[7] * 3] * 2
    inner = tensors.build(spec(1, 2, leaf=False, stale_grad=1.0))
    assert not inner.is_leaf
    assert inner.grad.tolist() == [1, 1]


@pytest.mark.parametrize("shape", [(1, 3), (3, 1), (4,), (1, 1), (2, 3, 4)])
def test_every_shape_can_be_laid_out_otherwise(shape):
    array = np.arange(np.prod(shape), dtype="f4").reshape(shape)
    tensor = tensors.build(TensorSpec(from_numpy(array), contiguous=False))
    assert tensor.tolist() == array.tolist()
    assert tensor.numel() == 1 or not tensor.is_contiguous()


def test_half_precision_and_empty_and_scalar_tensors_are_made():
    assert tensors.build(TensorSpec(Array("bfloat16", (1,), struct.pack("<H", 0x3FC0)))).tolist() == [1.5]
    assert tensors.build(spec(dtype="float64")).shape == (0,)
    assert tensors.build(TensorSpec(from_numpy(np.array(2.0)))).dim() == 0


# ------------------------------------------------------------------------------------------------- values


class Liar(torch.Tensor):
    @property
    def __class__(self):
        return int

    @property
    def shape(self):
        raise RuntimeError

    def detach(self):
        raise RuntimeError

    def __torch_function__(self, *_):
        raise RuntimeError


class BadRepr:
    def __repr__(self):
        raise ValueError


def test_plain_values_keep_their_kind():
    for value in (None, True, 3, -(2**63), 2.5, float("inf"), 1j, "text", ""):
        assert Values().of(value) == value
        assert type(Values().of(value)) is type(value)


def test_containers_keep_kind_and_items():
    class Pair(NamedTuple):
        a: int
        b: int

    assert Values().of([1, (2,), {3}]) == SequenceValue(
        "list", (1, SequenceValue("tuple", (2,)), SequenceValue("set", (3,)))
    )
    assert Values().of(Pair(1, 2)) == SequenceValue("Pair", (1, 2))
    assert Values().of(torch.Size([2, 3])) == SequenceValue("Size", (2, 3))
    assert Values().of({"a": [1]}) == MappingValue((("a", SequenceValue("list", (1,))),))


def test_tensors_tell_what_they_are():
    leaf = torch.nn.Parameter(torch.ones(2))
    value = Values().of(leaf)
    assert (value.type_name, value.requires_grad, value.is_leaf, value.grad_fn) == ("Parameter", True, True, None)
    product = Values().of((leaf * 2).sum())
    assert (product.type_name, product.grad_fn, told(product)) == ("Tensor", "SumBackward0", 4.0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: torch.ones(3).to_sparse(),
        lambda: torch.ones(3, device="meta"),
        lambda: torch.zeros(1).expand(10**9),
        lambda: torch.ones(3).to(torch.float8_e5m2),
    ],
    ids=["sparse", "meta", "huge", "float8"],
)
def test_tensors_without_plain_elements_tell_the_rest(make):
    value = Values().of(make())
    assert isinstance(value, TensorValue)
    assert value.array is None


def test_lazy_tensors_are_resolved():
    numbers = torch.tensor([1 + 2j])
    assert told(Values().of(numbers.conj())) == [1 - 2j]
    assert told(Values().of(numbers.conj().imag)) == [-2.0]
    x = torch.tensor([1.0, -1.0], requires_grad=True)
    (g,) = torch.autograd.grad(x.abs().sum(), x, create_graph=True)
    (zero,) = torch.autograd.grad(g.sum(), x, allow_unused=True, materialize_grads=True)
    assert told(Values().of(zero)) == [0.0, 0.0]
    assert told(Values().of(torch._efficientzerotensor(2))) == [0.0, 0.0]


def test_a_lying_subclass_is_told_as_what_it_is():
    value = Values().of(torch.ones(2).as_subclass(Liar))
    assert value.type_name == "Liar"


def test_numpy_arrays_and_scalars_are_told():
    assert Values().of(np.float64(2)) == NdarrayValue(Array("float64", (), struct.pack("<d", 2)))
    assert told(Values().of(np.arange(6.0).reshape(2, 3).T)) == [[0, 3], [1, 4], [2, 5]]
    assert told(Values().of(np.array([1], ">i4"))) == [1]
    assert told(Values().of(np.ma.array([1.0, 2.0]))) == [1, 2]
    assert isinstance(Values().of(np.array([object()])), OpaqueValue)


def test_strange_objects_are_told_without_harm():
    loop = []
    loop.append(loop)
    deep = []
    for _ in range(5000):
        deep = [deep]
    assert Values().of(loop) == SequenceValue("list", (OpaqueValue("list", "1 items", callable=False),))
    assert isinstance(Values().of(deep), SequenceValue)
    assert Values().of(BadRepr()) == OpaqueValue("BadRepr", "", callable=False)
    assert Values().of(10**10000).type_name == "int"
    assert Values().of(ValueError("why")) == ExceptionValue(("ValueError", "Exception", "BaseException"), "why")
    assert Values().of(range(3)).text == "range(0, 3)"
    assert Values().of(print).callable
    assert "0x" not in Values().of(i for i in "a").text
    assert Values().of(list(range(100_000))) == OpaqueValue("list", "100000 items", callable=False)


def test_one_reply_holds_only_so_many_elements():
    values = Values()
    told_arrays = [values.of(torch.zeros(400_000)).array is not None for _ in range(4)]
    assert told_arrays == [True, True, False, False]


def test_strange_results_come_back_through_the_child(student):
    child = student("""\
        import torch
        class Loud:
            def __repr__(self):
                while True: pass
        class Quits:
            def __repr__(self): raise SystemExit
        results = [lambda: Loud(), lambda: Quits(), lambda: "\\ud800", lambda: torch.zeros(900_000),
                   lambda: [torch.zeros(300_000)] * 9, lambda: ["x" * 60000] * 99, lambda: {1: "a", "1": "b"},
                   lambda: torch.zeros([1] * 30), lambda: (i for i in [1]), lambda: {i: i for i in range(19000)}]
        def f(i): return results[i]()
        """)
    for index in range(10):
        assert child.call("f", index).problem is None
