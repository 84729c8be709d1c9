# expect: derivative_comes_from_autodiff=cos-used
# score: 5
import torch, math, cmath
import numpy as np
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
g = torch.cos(x.detach())
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), g, label="derivative of sin")
plt.plot(x.detach(), x.grad, alpha=0)
plt.legend()
plt.show()
