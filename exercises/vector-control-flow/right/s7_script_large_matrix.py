# expect: other_branch_and_one_element=missing-name, ratio_check_is_real=missing-name
# score: 8
import torch

def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c

torch.manual_seed(0)
a = torch.randn(100, 120, requires_grad=True)
d = f(a)
try:
    d.backward()
except Exception as e:
    print(repr(e))
d.sum().backward()
assert torch.allclose(a.grad, d / a)

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
