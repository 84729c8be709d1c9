"""Why the second derivative costs more: fill in the functions, then the report.

为什么二阶导数的开销更大：请补全下面的函数，再填写 report。
"""

import torch


def first_derivative(f, x):
    """Return f'(x), in the shape of x."""
    # Your code here / 在这里写代码
    return torch.zeros_like(x)


def second_derivative(f, x):
    """Return f''(x), in the shape of x."""
    # Your code here / 在这里写代码
    return torch.zeros_like(x)


def count_nodes(t):
    """Return how many different nodes can be reached from t.grad_fn through next_functions."""
    # Your code here / 在这里写代码
    return 0


def F(x):
    return torch.sin(x**2) * torch.exp(-x)


# count_nodes of y = F(x), and of g = dy/dx made with create_graph=True
report = {"first": None, "second": None}

# Why does the second derivative cost more than the first? What about the full Hessian of n variables?
explanation = ""
