# expect: derivative_comes_from_autodiff=finite-difference
# score: 5
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 300, dtype=torch.float64, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
h = 1e-5
d = ((torch.sin(x + h) - torch.sin(x - h)) / (2 * h)).detach()
plt.plot(x.detach(), y.detach(), label='sin(x)')
plt.plot(x.detach(), d, label='dy/dx')
plt.legend()
plt.show()
