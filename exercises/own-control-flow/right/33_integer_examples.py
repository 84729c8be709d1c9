import torch

def g(x):
    if x.sum()%2==0: return x*x
    return x*5
def grad_g(x):
    x=x.float().detach().requires_grad_(); g(x).sum().backward(); return x.grad
def analytic_grad(x):
    return 2*x if x.sum()%2==0 else torch.full_like(x,5)
examples=[torch.tensor([1,2,3]), torch.tensor([1,2,4])]

explanation = 'the slope differs by branch; jumps where the condition flips'
