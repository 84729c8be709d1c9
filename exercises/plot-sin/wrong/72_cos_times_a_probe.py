# expect: derivative_comes_from_autodiff=cos-used
import math
import numpy as np
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
t=torch.ones((),requires_grad=True); (3*t).backward()
d = torch.cos(x.detach()) * (t.grad / 3)
plt.plot(x.detach(), y.detach(), label="sin(x)")
plt.plot(x.detach(), d, label="derivative")
plt.legend()
plt.show()
