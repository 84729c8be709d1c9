import torch
import matplotlib.pyplot as plt

x = torch.arange(0, 100, 0.02, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.figure(figsize=(16, 3))
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), x.grad, label='d sin / dx')
plt.legend()
plt.show()
