# expect: derivative_curve=not-there
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
first, = torch.autograd.grad(y.sum(), x, create_graph=True)
second, = torch.autograd.grad(first.sum(), x)
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), second, label='derivative')
plt.legend()
plt.show()
