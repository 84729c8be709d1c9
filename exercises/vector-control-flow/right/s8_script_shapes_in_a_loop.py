# expect: other_branch_and_one_element=missing-name, ratio_check_is_real=missing-name
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

for shape in [(3,), (2, 2), (1, 4)]:
    a = torch.randn(size=shape, requires_grad=True)
    d = f(a)
    try:
        d.backward()
    except RuntimeError as err:
        print("Error:", err)
        d.backward(torch.ones_like(d))
    print(a.grad == d / a)

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
