import torch
import matplotlib.pyplot as plt

for k, (low, high) in enumerate([(-6, -2), (-2, 2), (2, 6)]):
    x = torch.linspace(low, high, 15, requires_grad=True)
    y = torch.sin(x)
    y.sum().backward()
    plt.plot(x.detach(), y.detach(), 'b', label='sin' if k == 0 else '')
    plt.plot(x.detach(), x.grad, 'r', label='its slope' if k == 0 else '')
plt.legend()
plt.show()
