import torch
def g(a):
    r = a.clone()
    n = 0
    while (r * r - a).abs().max() > 1e-6 * a.abs().max() and n < 60:
        r = 0.5 * (r + a / r); n += 1
    return r
def grad_g(a):
    a = a.detach().clone().requires_grad_(True)
    g(a).sum().backward()
    return a.grad
def analytic_grad(a):
    return 0.5 / g(a)
examples = [torch.tensor([4.0, 9.0]), torch.tensor([2.0, 50.0]), torch.tensor([1.0])]
explanation = "牛顿迭代求平方根，迭代次数取决于输入；导数是 1/(2√a)，在 0 处不可导。"
