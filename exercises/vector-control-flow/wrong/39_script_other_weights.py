# expect: gradient_of_vector_and_matrix=wrong-gradient
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
d = f(a)
try: d.backward()
except Exception as e: print(e)
d.backward(torch.tensor([1., 0.1, 0.01]))
print(a.grad)

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
