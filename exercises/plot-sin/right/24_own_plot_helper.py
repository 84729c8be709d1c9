import numpy as np
import torch
import matplotlib.pyplot as plt


def use_style(axes, xlabel, ylabel, legend):
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.legend(legend)
    axes.grid()


def my_plot(X, Ys, xlabel='x', ylabel='y', legend=(), fmts=('-', 'm--', 'g-.')):
    plt.rcParams['figure.figsize'] = (5, 3)
    axes = plt.gca()
    axes.cla()
    for Y, fmt in zip(Ys, fmts):
        axes.plot(X, Y, fmt)
    use_style(axes, xlabel, ylabel, list(legend))
    plt.show()


x = np.arange(-3, 3, 0.1)
t = torch.tensor(x, requires_grad=True)
s = torch.sin(t)
s.sum().backward()
my_plot(x, [s.detach().numpy(), t.grad.numpy()], 'x', 'f(x)', ['f(x)', 'Df(x)'])
