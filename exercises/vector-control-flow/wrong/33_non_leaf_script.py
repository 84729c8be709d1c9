# expect: gradient_of_vector_and_matrix=no-gradient
# score: 3
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

a = torch.randn(3, requires_grad=True) * 2
d = f(a)
try:
    d.backward()
except RuntimeError as e:
    print(e)
d.sum().backward()
print(a.grad)

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
