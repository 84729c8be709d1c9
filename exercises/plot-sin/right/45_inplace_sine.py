import torch, numpy as np
import matplotlib.pyplot as plt

x = torch.linspace(-5,5,60, requires_grad=True)
y = x.clone().sin_()
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin(x)'); plt.plot(x.detach(), x.grad, label="grad"); plt.plot(x.detach(), torch.cos(x).detach(), ':'); plt.legend()
