"""A label is read as a person would, and nobody is accused of swapping what can't be told."""

import pytest

from grader.checks.labels import names_derivative, names_function, swapped

DERIVATIVES = [
    "f'(x)", "sin'(x)", "$f'(x)$", r"$y^\prime$", r"$y^{\prime}$", "y’", "f′(x)", "(sin x)'", "dy/dx",
    "df/dx", "d/dx sin(x)", "d(sin x)/dx", r"$\frac{d}{dx}\sin x$", r"$\frac{\mathrm{d}y}{\mathrm{d}x}$",
    r"$\frac{\partial y}{\partial x}$", "derivative", "Derivative of sin(x)", "dérivée", "grad", "x.grad",
    "gradient", "y_grad", "slope", "cos(x)", "Cos", r"$\cos x$", "导数", "sin(x)的导数", "导函数",
    "正弦函数的导数", "梯度", "斜率", "余弦函数", "自动微分", "dy", "df", "Df(x)", r"$\dot{y}$", "∇f",
    "∂y/∂x", "y_prime", "autograd", "backward",
]  # fmt: skip
FUNCTIONS = [
    "sin", "sin(x)", "y = sin(x)", r"$\sin x$", "sine", "Sinus", "f(x)", "$f(x)$", "y", "f", "'sin(x)'",
    "正弦函数", "原函数", "函数", "y=sin x", "original", "forward",
]  # fmt: skip
UNKNOWN = ["a", "b", "curve 1", "x", "line", "蓝线", "using torch", "blue", "cost", "data", "dynamic", "different"]


@pytest.mark.parametrize("label", DERIVATIVES)
def test_names_of_a_derivative(label):
    assert names_derivative(label)
    assert not names_function(label)


@pytest.mark.parametrize("label", FUNCTIONS)
def test_names_of_the_function(label):
    assert names_function(label)
    assert not names_derivative(label)


@pytest.mark.parametrize("label", UNKNOWN)
def test_names_that_tell_nothing(label):
    assert not names_function(label)
    assert not names_derivative(label)


@pytest.mark.parametrize("function", ["sin(x)", "f(x)", "正弦", "y", "原函数"])
@pytest.mark.parametrize("derivative", ["f'(x)", "导数", "grad", "dy/dx", "cos(x)"])
def test_changed_places_are_seen_and_right_places_are_not(function, derivative):
    assert swapped([derivative], [function])
    assert not swapped([function], [derivative])


@pytest.mark.parametrize(
    ("function", "derivative"),
    [
        (["a"], ["b"]),
        (["a"], ["sin"]),
        (["sin"], ["sin"]),
        ([], ["sin"]),
        (["grad"], ["grad"]),
        (["cos"], ["derivative"]),
        (["f(x)", "x.grad"], ["f(x)", "x.grad"]),
        (["sin(x), requires_grad"], ["b"]),
        (["sin and its derivative", "sin(x)"], ["y"]),
    ],
)
def test_unclear_names_accuse_nobody(function, derivative):
    assert not swapped(function, derivative)
