import torch

from functools import reduce
def g(x):
    steps = int(torch.ceil(x.abs().max()))
    return reduce(lambda y, _: torch.sin(y), range(steps), x)
grad_g = torch.func.grad(lambda x: g(x).sum())
def analytic_grad(x):
    d=torch.ones_like(x); y=x
    for _ in range(int(torch.ceil(x.abs().max()))):
        d=d*torch.cos(y); y=torch.sin(y)
    return d
examples=[torch.tensor([.5,.2]),torch.tensor([1.5,-2.2]),torch.tensor([.9,3.7])]

explanation = 'the slope differs by branch; jumps where the condition flips'
