import torch

class G(torch.nn.Module):
    def __init__(self):
        super().__init__(); self.w=torch.nn.Parameter(torch.tensor(2.0))
    def forward(self,x):
        if x.sum()>0: return self.w*x
        return x**2
g=G()
def grad_g(x):
    x=x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad
def analytic_grad(x): return torch.full_like(x,2.) if x.sum()>0 else 2*x
examples=[torch.tensor([1.,2.]),torch.tensor([-1.,-2.])]

explanation = 'the slope differs by branch; jumps where the condition flips'
