import math
import numpy as np
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
class Identity(torch.autograd.Function):
    @staticmethod
    def forward(ctx, v): return v.clone()
    @staticmethod
    def backward(ctx, g): return g
z = Identity.apply(y)
z.sum().backward()
plt.plot(x.detach(), y.detach(), label="sin(x)")
plt.plot(x.detach(), x.grad, label="derivative")
plt.legend()
plt.show()
