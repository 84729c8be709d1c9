# expect: derivative_comes_from_autodiff=no-backward
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200)
z = torch.exp(1j * x)
y, d = z.imag, z.real
plt.plot(x, y, label='sin')
plt.plot(x, d, label='derivative')
plt.legend()
plt.show()
