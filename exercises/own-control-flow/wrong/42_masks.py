# expect: control_flow_depends_on_data=branch-ignores-values
import torch

def g(x):
    m=(x>0).float()
    return m*x**2+(1-m)*x

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x): return torch.where(x>0,2*x,torch.ones_like(x))
examples=[torch.tensor([1.,2.]),torch.tensor([-1.,-2.])]

explanation = 'the slope differs by branch; jumps where the condition flips'
