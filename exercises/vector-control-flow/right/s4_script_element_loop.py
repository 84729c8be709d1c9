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

a = torch.tensor([1.0, -2.0, 3.0], requires_grad=True)
d = f(a)
for i in range(3):
    d[i].backward(retain_graph=True)
print(a.grad)
f(a).backward()

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
