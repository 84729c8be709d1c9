# expect: derivative_curve=not-there
# score: 2
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin')
plt.legend()
plt.show()
