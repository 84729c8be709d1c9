import torch

def g(x):
    s=sorted(x, key=lambda v: v.item())
    out=[]
    for i,v in enumerate(s):
        if v < 0: continue
        out.append((i+1)*v)
    return torch.stack(out) if out else x*0

def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    order=torch.argsort(x); d=torch.zeros_like(x)
    for i,j in enumerate(order):
        if x[j]>=0: d[j]=i+1
    return d
examples=[torch.tensor([3.,1.,2.]),torch.tensor([-1.,5.,2.]),torch.tensor([-1.,-2.])]

explanation = 'the slope differs by branch; jumps where the condition flips'
