import torch
import numpy as np
import matplotlib.pyplot as plt

x = torch.linspace(-5, 5, 100, requires_grad=True)
y = torch.sin(x)
z = y.sum()
z.backward()
grad = x.grad.numpy().copy()
x.grad.zero_()
x = x.detach().numpy()
y = np.sin(x)
plt.plot(x, y, x, grad)
plt.legend(['y = sin(x)', 'y_grad'])
plt.show()
x = y = grad = None
