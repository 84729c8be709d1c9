import sys
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()

ok = torch.sum(torch.abs(x.grad - torch.cos(x))) == 0
if ok:
    plt.plot(x.detach(), y.detach(), label="sin(x)")
    plt.plot(x.detach(), x.grad, label="derivative")
    plt.legend()
    plt.show()
else:
    print("wrong")
