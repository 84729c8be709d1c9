# expect: derivative_comes_from_autodiff=no-backward
import torch
import matplotlib.pyplot as plt


def backward(self, *args, **kwargs):
    x.grad = torch.cos(x).detach()


torch.Tensor.backward = backward
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), x.grad, label='derivative')
plt.legend()
plt.show()
