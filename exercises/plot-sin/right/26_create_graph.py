import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 300, requires_grad=True)
y = torch.sin(x)
dy = torch.autograd.grad(y.sum(), x, create_graph=True)[0]
ddy = torch.autograd.grad(dy.sum(), x)[0]
plt.plot(x.detach(), y.detach(), label='f')
plt.plot(x.detach(), dy.detach(), label="f'")
plt.plot(x.detach(), ddy, label="f''")
plt.legend()
plt.show()
