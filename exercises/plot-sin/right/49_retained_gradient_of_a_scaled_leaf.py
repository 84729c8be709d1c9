import torch, matplotlib.pyplot as plt
t = torch.linspace(-1, 1, 201, requires_grad=True)
x = t * 2 * torch.pi
x.retain_grad()
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='y = sin x')
plt.plot(x.detach(), x.grad, label='dy/dx')
plt.legend()
plt.show()
