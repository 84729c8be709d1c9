# expect: sine_curve=no-figure, derivative_curve=no-figure
import torch
import matplotlib.pyplot as plt


def draw(n=200):
    x = torch.linspace(-6, 6, n, requires_grad=True)
    y = torch.sin(x)
    y.sum().backward()
    plt.plot(x.detach(), y.detach(), label='sin')
    plt.plot(x.detach(), x.grad, label='derivative')
    plt.legend()
    plt.show()
