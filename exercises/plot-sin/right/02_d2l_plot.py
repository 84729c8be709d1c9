%matplotlib inline
import torch
from d2l import torch as d2l

x = torch.linspace(-3 * torch.pi, 3 * torch.pi, 100)
x.requires_grad_(True)
y = torch.sin(x)
y.backward(torch.ones_like(y))
d2l.plot(x.detach(), [y.detach(), x.grad], 'x', 'f(x)', legend=['f(x)', "df/dx"])
