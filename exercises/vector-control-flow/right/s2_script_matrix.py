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

a = torch.randn(size=(3, 4), requires_grad=True)
d = f(a)
d.backward(torch.ones_like(d))
print(torch.allclose(a.grad, d / a))
explanation = "A matrix works the same way: d = k * a."
d = f(a)
d.backward()
