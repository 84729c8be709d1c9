# expect: sine_curve=x-axis-not-radians, derivative_curve=x-axis-not-radians
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-2 * torch.pi, 2 * torch.pi, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach() / torch.pi, y.detach(), label='sin')
plt.plot(x.detach() / torch.pi, x.grad, label='derivative')
plt.xlabel('x / pi')
plt.legend()
plt.show()
