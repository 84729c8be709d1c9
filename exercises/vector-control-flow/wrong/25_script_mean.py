# expect: scalar_rule_is_met=no-error-provoked, gradient_of_vector_and_matrix=mean-not-sum
# score: 1
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

a = torch.randn(3, requires_grad=True)
d = f(a).mean()
d.backward()
print(a.grad, d / a)

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
