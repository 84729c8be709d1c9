import torch
from torch.func import grad, vmap
import matplotlib.pyplot as plt

f = torch.sin
x = torch.linspace(-4, 4, 161)
dfdx = vmap(grad(f))(x)
fig, ax = plt.subplots()
ax.plot(x, f(x), label=r'$\sin x$')
ax.plot(x, dfdx, label=r'$\frac{d}{dx}\sin x$')
ax.legend(loc='upper right')
fig.show()
