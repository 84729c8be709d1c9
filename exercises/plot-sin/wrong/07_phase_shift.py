# expect: derivative_comes_from_autodiff=phase-shift
# score: 5
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200)
y = torch.sin(x)
d = torch.sin(x + torch.pi / 2)
plt.plot(x, y, label='sin')
plt.plot(x, d, label='derivative')
plt.legend()
plt.show()
