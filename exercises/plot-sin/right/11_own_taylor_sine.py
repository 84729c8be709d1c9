import torch
import matplotlib.pyplot as plt

def my_sin(x, terms=20):
    total, term = torch.zeros_like(x), x
    for k in range(terms):
        total = total + term
        term = -term * x * x / ((2 * k + 2) * (2 * k + 3))
    return total

x = torch.linspace(-5, 5, 201, dtype=torch.float64, requires_grad=True)
y = my_sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin (series)')
plt.plot(x.detach(), x.grad, label='derivative of the series')
plt.legend()
plt.show()
