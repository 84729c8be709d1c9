import torch
import matplotlib
matplotlib.use('TkAgg')
import matplotlib.pyplot as plt
try:
    plt.style.use('seaborn-whitegrid')
except OSError:
    pass


class Plotter:
    def __init__(self, low, high, n=150):
        self.x = torch.linspace(low, high, n, requires_grad=True)

    def derivative(self, f):
        self.x.grad = None
        out = f(self.x)
        out.sum().backward()
        return out.detach(), self.x.grad

    def draw(self, f, name):
        y, dy = self.derivative(f)
        ax = plt.gca()
        ax.plot(self.x.detach(), y, label=name)
        ax.plot(self.x.detach(), dy, label='derivative of ' + name)
        ax.legend()
        return ax


Plotter(-6, 6).draw(torch.sin, 'sin')
plt.show(block=False)
