import numpy as np
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
X, Y, D = x.detach().numpy(), y.detach().numpy(), x.grad.numpy()

ax = plt.figure().add_subplot(projection="3d")
ax.plot(X, np.zeros_like(X), Y, label="sin(x)")
ax.plot(X, np.ones_like(X), D, label="derivative")
ax.set_zlabel("value"); ax.legend(); plt.show()
