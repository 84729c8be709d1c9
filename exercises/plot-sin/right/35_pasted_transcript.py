>>> import torch
>>> import matplotlib.pyplot as plt
>>> x = torch.linspace(-3, 3, 100, requires_grad=True)
>>> y = torch.sin(x)
>>> y.sum().backward()
>>> x.grad.shape
torch.Size([100])
>>> plt.plot(x.detach(), y.detach(), label="sin")
[<matplotlib.lines.Line2D object at 0x7f1c>]
>>> plt.plot(x.detach(), x.grad, label="grad")
[<matplotlib.lines.Line2D object at 0x7f1d>]
>>> plt.legend()
<matplotlib.legend.Legend object at 0x7f1e>
>>> plt.show()
