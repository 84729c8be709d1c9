import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6.28, 6.28, 400, requires_grad=True)
y = x.sin()
y.sum().backward()
cosx = torch.cos(x).detach()
assert torch.allclose(x.grad, cosx), "autograd should give cos"
plt.axhline(0, color='gray', lw=0.5)
plt.axvline(0, color='gray', lw=0.5)
plt.plot(x.detach(), y.detach(), label='sin(x)')
plt.plot(x.detach(), x.grad, lw=3, alpha=0.5, label='autograd')
plt.plot(x.detach(), cosx, 'k--', label='cos(x) for comparison')
plt.legend()
plt.show()
