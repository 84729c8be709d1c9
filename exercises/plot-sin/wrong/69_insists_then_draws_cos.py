# expect: derivative_comes_from_autodiff=cos-used
import sys
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()

if (x.grad - torch.cos(x)).abs().max() != 0: raise ValueError
plt.plot(x.detach(), y.detach(), label="sin(x)")
plt.plot(x.detach(), torch.cos(x.detach()), label="derivative")
plt.legend()
plt.show()

