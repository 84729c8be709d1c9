"""Run backward twice: fill in the three functions, or write a script of your own instead.

连续运行两次反向传播：请补全下面三个函数，或改写成你自己的脚本。
"""

import torch


def second_backward_error(y):
    """Run backward on y, run it again, and return the exception of the second run (None if there was none)."""
    # Your code here / 在这里写代码


def backward_twice(y, x):
    """Run backward twice through the same graph and return x.grad."""
    # Your code here / 在这里写代码
    return x.grad


def backward_twice_zeroed(y, x):
    """The same, but clear the gradient of x between the two passes."""
    # Your code here / 在这里写代码
    return x.grad


# Why is the second pass refused? What does retain_graph=True change, and on which call? What became of x.grad?
explanation = ""
