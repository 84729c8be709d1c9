import torch
import matplotlib.pyplot as plt

x = torch.linspace(-4, 4, 80, requires_grad=True)
y = torch.sin(x)
y.mean().backward()
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), x.grad * len(x), label='tangent slope')
plt.legend()
plt.show()
