# expect: derivative_curve=raised
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200)
y = torch.sin(x)
plt.plot(x, y, label='sin')
plt.plot(x, x.grad.numpy(), label='derivative')
plt.legend()
plt.show()
