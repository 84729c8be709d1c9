# expect: derivative_comes_from_autodiff=finite-difference
# score: 5
import torch, math, sys
import numpy as np
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
class S(torch.autograd.Function):
    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return torch.sin(v)
    @staticmethod
    def backward(ctx, g):
        v, = ctx.saved_tensors
        vd = v.double()
        d = lambda h: (torch.sin(vd + h) - torch.sin(vd - h)) / (2 * h)
        return g * ((4 * d(1e-3) - d(2e-3)) / 3).float()
S.apply(x).sum().backward()
D = x.grad.numpy()
plt.plot(x.detach().numpy(), y.detach().numpy(), label='sin(x)')
plt.plot(x.detach().numpy(), np.asarray(D), label="f'(x)")
plt.legend()
plt.show()
