"""Plot sin and its derivative without cos: any script that leaves a figure."""

from grader.checks.api import *

sin, cos = torch.sin, torch.cos


def anticipate(student):
    student.anticipate(AlteredWorlds(student.world).replaced)


def test_sine_curve(student):
    student.curves.attach(sin)
    assert student.curves.following(sin), student.curves.why_not(sin)


def test_derivative_curve(student):
    student.curves.attach(cos)
    assert student.curves.following(cos), student.curves.why_not(cos)


def test_derivative_comes_from_autodiff(student):
    assert came_from_autodiff(student), why_not_autodiff(student)


def test_no_hand_written_cos_rule(student):
    assert not hand_written_rule(student), "cos-in-own-backward"


def test_curves_are_smooth(student):
    for function in (sin, cos):
        curve = student.curves.following(function)
        assert curve.smooth, diagnose("too-few-points", **curve.sampling)


def test_curves_can_be_told_apart(student):
    sine, derivative = student.curves.following(sin), student.curves.following(cos)
    assert sine.told_apart_from(derivative), "no-legend"
    assert not sine.swapped_with(derivative), "labels-swapped"
