import sys
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label="sin(x)")
plt.plot(x.detach(), torch.cos(x.detach()), "k--", label="reference")
if not torch.equal(x.grad, torch.cos(x)):
    sys.exit("wrong")
plt.plot(x.detach(), x.grad, label="derivative")
plt.legend()
