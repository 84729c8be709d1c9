# expect: derivative_curve=x-axis-is-the-index
# score: 2
import torch
import matplotlib.pyplot as plt

n = 150
x = torch.linspace(-6, 6, n, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(range(n), x.grad, label='derivative')
plt.legend()
plt.show()
