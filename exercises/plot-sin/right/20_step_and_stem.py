import torch
import matplotlib.pyplot as plt

x = torch.linspace(0, 6.3, 64, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.step(x.detach(), y.detach(), where='mid', label='sin(x)')
plt.stem(x.detach(), x.grad, linefmt='C1-', markerfmt='C1o', label='derivative by autograd')
plt.legend()
plt.show()
