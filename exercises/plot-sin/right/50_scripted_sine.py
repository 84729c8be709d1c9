import torch
import matplotlib.pyplot as plt
@torch.jit.script
def f(x):
    return torch.sin(x)
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = f(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='f'); plt.plot(x.detach(), x.grad, label='f prime')
plt.legend(); plt.show()
