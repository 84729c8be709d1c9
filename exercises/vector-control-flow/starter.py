"""Control flow with a vector or matrix: fill in the three functions, or write a script of your own instead.

向量或矩阵的控制流梯度：请补全下面三个函数，或改写成你自己的脚本。
"""

import torch


def f(a):
    """The function of the textbook; leave it as it is / 教材中的函数，请不要改动"""
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c


def implicit_backward_error(a):
    """Call backward() on f(a) itself and return the exception (None if there was none)."""
    # Your code here / 在这里写代码
    return None


def grad_f(a):
    """Return the gradient of f(a).sum(), in the shape of a."""
    # Your code here / 在这里写代码
    return torch.zeros_like(a)


def ratio_matches(a):
    """Return whether the gradient equals f(a) / a in every component."""
    # Your code here / 在这里写代码
    return True


# Why does the error occur? Why is the gradient equal to f(a) / a, and where is it not defined?
explanation = ""
