# expect: sine_curve=x-axis-not-radians, derivative_curve=x-axis-not-radians
# score: 0
import numpy as np
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
degrees = np.degrees(x.detach().numpy())
plt.plot(degrees, y.detach(), label='sin')
plt.plot(degrees, x.grad, label='derivative')
plt.legend()
plt.show()
