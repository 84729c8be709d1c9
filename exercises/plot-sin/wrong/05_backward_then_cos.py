# expect: derivative_comes_from_autodiff=cos-used
# score: 5
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
grad = torch.cos(x).detach()
plt.plot(x.detach(), y.detach(), label='sin(x)')
plt.plot(x.detach(), grad, label='gradient')
plt.legend()
plt.show()
