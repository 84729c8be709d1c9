import numpy as np
import torch
from matplotlib import pyplot as plt

x = torch.tensor(np.arange(-10, 10, 0.05), requires_grad=True)
y = torch.sin(x)
y.sum().backward()
x, dy, y = x.detach().numpy(), x.grad.numpy(), y.detach().numpy()
plt.plot(x, y, 'g.-', label='$y=\\sin(x)$')
plt.plot(x, dy, 'mx', label='$y^\\prime$')
plt.legend(loc=0)
plt.xlim(-10, 10)
plt.show()
