# expect: derivative_comes_from_autodiff=phase-shift
# score: 5
import torch, numpy as np
import matplotlib.pyplot as plt

from torch.func import jvp
x = torch.linspace(-6,6,200)
_, one = jvp(lambda t: t*1, (x,), (torch.ones_like(x),))
y = torch.sin(x); d = one*torch.sin(x+torch.pi/2)

plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), d, label='derivative')
plt.legend()
