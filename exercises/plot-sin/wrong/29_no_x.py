# expect: sine_curve=x-axis-is-the-index, derivative_curve=x-axis-is-the-index
# score: 0
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(y.detach(), label='sin')
plt.plot(x.grad, label='derivative')
plt.legend()
plt.show()
