# expect: derivative_comes_from_autodiff=finite-difference
# score: 5
import torch, math, sys
import numpy as np
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
xd = x.detach().double()
d = lambda h: (torch.sin(xd + h) - torch.sin(xd - h)) / (2 * h)
s = ((4 * d(1e-3) - d(2e-3)) / 3).float()
(x * s).sum().backward()
D = x.grad
plt.plot(x.detach().numpy(), y.detach().numpy(), label='sin(x)')
plt.plot(x.detach().numpy(), np.asarray(D), label="f'(x)")
plt.legend()
plt.show()
