import torch
import matplotlib.pyplot as plt

x = torch.linspace(-3, 3, 100, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach())
plt.plot(x.detach(), x.grad)
plt.text(1.5, 1.0, 'sin(x)')
plt.annotate("f'(x)", xy=(0, 1), xytext=(-2, 0.8), arrowprops=dict(arrowstyle='->'))
plt.show()
