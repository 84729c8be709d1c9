import torch, numpy as np
import matplotlib.pyplot as plt

x = torch.linspace(-5,5,100, requires_grad=True)
y = torch.sin(x); y.sum().backward()
plt.plot(x.detach(), y.detach()); plt.ylabel('sin x'); plt.savefig('1.png'); plt.clf()
plt.plot(x.detach(), x.grad); plt.ylabel("d/dx sin x"); plt.savefig('2.png'); plt.clf()
