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

a = torch.rand(2, 2, requires_grad=True)
(g,) = torch.autograd.grad(f(a).sum(), a)
print(g)
J = torch.autograd.functional.jacobian(f, a)
try:
    torch.autograd.grad(f(a), a)
except RuntimeError:
    print("RuntimeError, as expected")

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
