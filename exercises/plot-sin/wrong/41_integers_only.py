# expect: curves_are_smooth=too-few-points
# score: 9
import torch
import matplotlib.pyplot as plt

x = torch.arange(-20.0, 20.0, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), x.grad, label='derivative')
plt.legend()
plt.show()
