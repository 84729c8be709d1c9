# expect: sine_curve=not-there
# score: 6
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200, requires_grad=True)
torch.sin(x).sum().backward()
plt.plot(x.detach(), x.grad, label='derivative')
plt.legend()
plt.show()
