import torch
import matplotlib.pyplot as plt

x = torch.arange(-6.0, 6.0, 0.1, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach().numpy(), y.detach().numpy(), label='f(x)')
plt.plot(x.detach().numpy(), x.grad.numpy(), label="f'(x)")
plt.legend()
plt.show()
