import torch
import matplotlib.pyplot as plt

x = torch.empty(1000).uniform_(-7, 7).requires_grad_()
y = torch.sin(x)
dx = torch.autograd.grad(y.sum(), x)[0]
plt.plot(x.detach(), y.detach(), '.', label='a')
plt.plot(x.detach(), dx, '.', label='b')
plt.legend()
plt.show()
