# expect: derivative_comes_from_autodiff=cos-used
import sys, math
import numpy as np
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
if not torch.equal(x.grad, torch.cos(x)): sys.exit()
plt.plot(x.detach(), y.detach(), label="sin(x)")
c = torch.cos(x.detach())
plt.plot(x.detach(), torch.exp(1j * x.detach()).real, label="derivative")
plt.legend()
