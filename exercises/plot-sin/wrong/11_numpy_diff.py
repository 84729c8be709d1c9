# expect: derivative_comes_from_autodiff=finite-difference
# score: 5
import numpy as np
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 300)
y = torch.sin(x)
d = np.diff(y) / np.diff(x)
plt.plot(x, y, label='sin(x)')
plt.plot(x[:-1], d, label='dy/dx')
plt.legend()
plt.show()
