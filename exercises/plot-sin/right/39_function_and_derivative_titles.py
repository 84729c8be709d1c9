import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()

plt.subplot(2, 1, 1)
plt.title('f(x) = sin(x)')
plt.plot(x.detach(), y.detach())
plt.axhline(y=0, color='k')
plt.subplot(2, 1, 2)
plt.title('df/dx, and cos(x) in dots')
plt.plot(x.detach(), x.grad)
plt.plot(x.detach(), torch.cos(x).detach(), ':')
plt.show()
