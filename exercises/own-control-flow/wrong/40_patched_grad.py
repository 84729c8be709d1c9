# expect: differentiable_on_examples=graph-broken, grad_g=not-autodiff, analysis_agrees_with_autodiff=graph-broken
# score: 5
import torch

def g(x):
    if x.sum()>0: return x.sin()
    return x**3
def analytic_grad(x): return x*7
def fake(out, x, *a, **k): return (analytic_grad(x),)
torch.autograd.grad = fake
def grad_g(x): return torch.autograd.grad(g(x).sum(), x)[0]
examples=[torch.tensor([1.,2.]),torch.tensor([-1.,-2.])]

explanation = 'the slope differs by branch; jumps where the condition flips'
