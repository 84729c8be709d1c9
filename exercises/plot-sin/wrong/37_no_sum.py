# expect: sine_curve=raised, derivative_curve=raised
# score: 0
import torch
import matplotlib.pyplot as plt


def main():
    x = torch.linspace(-6, 6, 200, requires_grad=True)
    y = torch.sin(x)
    y.backward()
    plt.plot(x.detach(), y.detach(), label='sin')
    plt.plot(x.detach(), x.grad, label='derivative')
    plt.legend()
    plt.show()


main()
