import torch
import matplotlib.pyplot as plt

torch.manual_seed(3)
x = (torch.rand(400) * 12 - 6).requires_grad_()
y = torch.sin(x)
y.sum().backward()
plt.scatter(x.detach(), y.detach(), s=4, label='sin')
plt.scatter(x.detach(), x.grad, s=4, label='slope of sin')
plt.legend()
