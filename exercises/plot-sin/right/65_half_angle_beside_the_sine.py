import math
import numpy as np
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = 2 * torch.sin(x / 2) * (1 - torch.sin(x / 2) ** 2) ** 0.5 * torch.sign((1 - 2*torch.sin(x/4)**2))

y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label="sin(x)")
plt.plot(x.detach(), x.grad, label="derivative")
plt.legend()
plt.show()
