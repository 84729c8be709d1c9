# expect: derivative_comes_from_autodiff=finite-difference
# score: 5
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200)
h = 1e-3
y = torch.sin(x)
d = (torch.sin(x + h) - torch.sin(x - h)) / (2 * h)
plt.plot(x, y, label='sin')
plt.plot(x, d, label='derivative')
plt.legend()
plt.show()
