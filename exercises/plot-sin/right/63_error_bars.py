import numpy as np
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
X, Y, D = x.detach().numpy(), y.detach().numpy(), x.grad.numpy()

plt.errorbar(X, Y, yerr=0.02, label="sin(x)", errorevery=10)
plt.errorbar(X, D, yerr=0.02, label="gradient", errorevery=10)
plt.legend(); plt.show()
