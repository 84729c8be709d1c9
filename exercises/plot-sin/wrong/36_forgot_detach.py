# expect: sine_curve=raised, derivative_curve=raised
# score: 0
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.numpy(), y.numpy(), label='sin')
plt.plot(x.numpy(), x.grad.numpy(), label='derivative')
plt.legend()
plt.show()
