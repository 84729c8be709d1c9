# expect: derivative_comes_from_autodiff=cos-used
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200)
y = torch.sin(x)
d = getattr(x, 'soc'[::-1])()
plt.plot(x, y, label='sin')
plt.plot(x, d, label='derivative')
plt.legend()
plt.show()
