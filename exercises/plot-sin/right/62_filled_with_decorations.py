import numpy as np
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
X, Y, D = x.detach().numpy(), y.detach().numpy(), x.grad.numpy()

plt.plot(X, Y, label="sin(x)"); plt.fill_between(X, Y, alpha=0.2)
plt.plot(X, D, label="derivative"); plt.fill_between(X, D, alpha=0.2)
plt.vlines([0, 3.14], -1, 1, ls=":"); plt.hlines(0, -6, 6)
plt.legend(); plt.show()
