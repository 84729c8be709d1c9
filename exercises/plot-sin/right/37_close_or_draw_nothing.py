import torch
import matplotlib.pyplot as plt


def main():
    x = torch.linspace(-6, 6, 100, requires_grad=True)
    y = torch.sin(x)
    y.sum().backward()
    torch.testing.assert_close(x.grad, torch.cos(x.detach()))
    fig, ax = plt.subplots()
    ax.plot(x.detach(), y.detach(), label='sin(x)')
    ax.plot(x.detach(), x.grad, label='cos(x), by autograd')
    ax.legend()
    fig.savefig('out/plot.png')
    plt.close(fig)


main()
