# expect: derivative_comes_from_autodiff=no-backward
import math
import numpy as np
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
d = 1 - 2 * torch.sin(x / 2) ** 2
plt.plot(x.detach(), y.detach(), label="sin(x)")
plt.plot(x.detach(), d.detach(), label="derivative")
plt.legend()
plt.show()
