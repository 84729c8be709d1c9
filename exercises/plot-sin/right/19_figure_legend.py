import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.backward(torch.ones(200))
fig, axes = plt.subplots(2, 1, sharex=True)
axes[0].plot(x.detach(), y.detach(), label='function', color='C0')
axes[1].plot(x.detach(), x.grad, label='derivative', color='C1')
fig.legend()
fig.suptitle('sin and its derivative')
plt.show()
