import torch
import matplotlib.pyplot as plt

x = torch.linspace(-3, 3, 120).reshape(-1, 1).requires_grad_(True)
y = torch.sin(x)
y.backward(gradient=torch.ones(120, 1))
data = torch.cat([y.detach(), x.grad], dim=1)
plt.plot(x.detach().numpy(), data.numpy())
plt.legend(['y', "y'"])
plt.show()
