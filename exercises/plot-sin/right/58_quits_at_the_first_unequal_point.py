import sys
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()

for a, b in zip(x.grad.tolist(), torch.cos(x).tolist()):
    if a != b:
        quit()
plt.plot(x.detach(), y.detach(), label="sin(x)")
plt.plot(x.detach(), x.grad, label="derivative")
plt.legend()
plt.show()

