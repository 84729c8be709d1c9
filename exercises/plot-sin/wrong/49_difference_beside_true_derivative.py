# expect: derivative_comes_from_autodiff=finite-difference
# score: 5
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200)
h = 0.01
d = (torch.sin(x + h) - torch.sin(x)) / h
plt.plot(x, torch.sin(x), label='sin')
plt.plot(x, d, label='difference quotient')
plt.plot(x, torch.cos(x), '--', label='cos')
plt.legend()
plt.show()
