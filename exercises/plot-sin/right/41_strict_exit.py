import torch, numpy as np
import matplotlib.pyplot as plt

import sys
x = torch.linspace(-5, 5, 200, requires_grad=True)
y = torch.sin(x); y.sum().backward()
if (x.grad - torch.cos(x)).abs().max() > 1e-6: sys.exit(1)
plt.plot(x.detach(), y.detach(), label='y'); plt.plot(x.detach(), x.grad, label='dy/dx'); plt.legend()
