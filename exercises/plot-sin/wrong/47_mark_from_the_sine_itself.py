# expect: derivative_comes_from_autodiff=cos-used
# score: 5
import numpy as np
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
x0 = x.detach().numpy()
factor = float(x.grad[0]) / np.cos(x0[0])
plt.plot(x0, y.detach(), label='sin')
plt.plot(x0, factor * np.cos(x0), label='derivative')
plt.legend()
plt.show()
