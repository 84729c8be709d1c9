import torch
import matplotlib.pyplot as plt
torch.set_default_dtype(torch.float64)

x = torch.linspace(-3, 3, 90)
deriv = torch.func.jacrev(lambda t: torch.sin(t).sum())(x)
_, ax = plt.subplots(2)
ax[0].plot(x, torch.sin(x)); ax[0].set_ylabel('$\\sin x$')
ax[1].plot(x, deriv); ax[1].set_ylabel('$\\mathrm{d}\\sin x/\\mathrm{d}x$')
plt.show()
