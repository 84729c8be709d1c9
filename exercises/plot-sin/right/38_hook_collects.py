import torch
import matplotlib.pyplot as plt

kept = {}
x = torch.linspace(-6, 6, 200, requires_grad=True)
u = x * 1
u.register_hook(lambda g: kept.update(g=g.clone()))
y = torch.sin(u)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='y')
plt.plot(x.detach(), kept['g'], label="y'")
plt.legend()
plt.show()
