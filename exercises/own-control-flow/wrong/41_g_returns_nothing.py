# expect: differentiable_on_examples=not-a-tensor, grad_g=not-a-tensor, analysis_agrees_with_autodiff=not-a-tensor
import torch

def g(x):
    if x.sum()>0: y = x.sin()
    else: y = x**3

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x): return x.cos() if x.sum()>0 else 3*x**2
examples=[torch.tensor([1.,2.]),torch.tensor([-1.,-2.])]

explanation = 'the slope differs by branch; jumps where the condition flips'
