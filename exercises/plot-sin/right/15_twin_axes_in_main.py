import torch
import matplotlib.pyplot as plt


def main():
    x = torch.linspace(0, 12, 240, requires_grad=True)
    y = torch.sin(x)
    y.sum().backward()
    fig, ax1 = plt.subplots()
    ax1.plot(x.detach(), y.detach(), color='tab:blue')
    ax1.set_ylabel('sin(x)', color='tab:blue')
    ax2 = ax1.twinx()
    ax2.plot(x.detach(), x.grad, color='tab:red')
    ax2.set_ylabel('gradient', color='tab:red')
    fig.tight_layout()
    plt.show()


if __name__ == '__main__':
    main()
