# expect: curves_can_be_told_apart=labels-swapped
# score: 9
import torch
from d2l import torch as d2l

x = torch.arange(-5, 5, 0.05, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
d2l.plot(x.detach(), [x.grad, y.detach()], 'x', 'y', legend=['原函数', '导数'])
