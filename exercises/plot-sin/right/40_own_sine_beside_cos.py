import math
import numpy as np
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-3.5, 3.5, 141, requires_grad=True)
y = sum((-1) ** k * x ** (2 * k + 1) / math.factorial(2 * k + 1) for k in range(10))
y.backward(torch.ones_like(x))
t = x.detach().numpy()
plt.plot(t, y.detach(), label='Taylor sine')
plt.plot(t, x.grad, label='autograd')
plt.plot(t, np.cos(t), 'k:', label='cos, only to compare')
print('largest error:', np.abs(x.grad.numpy() - np.cos(t)).max())
plt.legend()
plt.show()
