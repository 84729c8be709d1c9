"""Plot sin and its derivative without cos: the reference solution."""

import matplotlib.pyplot as plt
import torch

x = torch.linspace(-2 * torch.pi, 2 * torch.pi, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()

plt.plot(x.detach(), y.detach(), label="sin(x)")
plt.plot(x.detach(), x.grad, label="derivative of sin(x)")
plt.xlabel("x")
plt.legend()
plt.show()
