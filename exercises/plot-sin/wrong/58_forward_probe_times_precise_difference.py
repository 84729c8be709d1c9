# expect: derivative_comes_from_autodiff=finite-difference
# score: 5
import torch, math, sys
import numpy as np
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
from torch.func import jvp
_, m = jvp(lambda t: t * 1.0, (x.detach(),), (torch.ones(200),))
xd = x.detach().double()
d = lambda h: (torch.sin(xd + h) - torch.sin(xd - h)) / (2 * h)
D = m * (4 * d(1e-3) - d(2e-3)) / 3
plt.plot(x.detach().numpy(), y.detach().numpy(), label='sin(x)')
plt.plot(x.detach().numpy(), np.asarray(D), label="f'(x)")
plt.legend()
plt.show()
