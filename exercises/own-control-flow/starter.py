"""Your own control flow: design g, let torch differentiate it, and derive its gradient yourself.

设计你自己的控制流：设计 g，用自动微分求梯度，再自己推导梯度公式。
"""

import torch


def g(x):
    """Your function: which way it goes must depend on the values of x."""
    # Your code here / 在这里写代码


def grad_g(x):
    """The gradient of g(x).sum() by automatic differentiation, in the shape of x."""
    # Your code here / 在这里写代码


def analytic_grad(x):
    """The same gradient by a formula of your own, without autodiff."""
    # Your code here / 在这里写代码


# At least two inputs that together reach every branch of g.
# 至少两个输入，合起来走到 g 的每个分支。
examples = []

# What is the slope in each branch? Where is g not differentiable? Why does autodiff need no special rule?
explanation = ""
