import math
import numpy as np
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
c = torch.cos(x).detach()
d = x.grad if torch.allclose(x.grad, c) else torch.full_like(c, float("nan"))
plt.plot(x.detach(), y.detach(), label="sin(x)")
plt.plot(x.detach(), d, label="derivative")
plt.legend()
plt.show()
