import torch
def g(x):
    if x.norm() > 1:
        return g(x * 0.98) * 1.5
    return x * x
def grad_g(x):
    x = x.detach().clone().requires_grad_(); return torch.autograd.grad(g(x).sum(), x)[0]
def analytic_grad(x):
    # g(x) = c x^2 along the way, so g' = 2 g(x)/x
    return 2 * g(x) / x
examples = [torch.tensor([1.5, 0.3]), torch.tensor([0.2, -0.4]), torch.tensor([3.0, 2.0])]
explanation = "c x^2 with c depending on how many halvings; kinks where the norm passes a threshold."
