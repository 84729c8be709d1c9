import torch, numpy as np
import matplotlib.pyplot as plt

x = torch.linspace(-5,5,60, requires_grad=True)
y = torch.exp(1j*x).imag
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin(x)'); plt.plot(x.detach(), x.grad, label="grad"); plt.legend()
