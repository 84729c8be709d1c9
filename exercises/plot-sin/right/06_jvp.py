import torch
import matplotlib.pyplot as plt
from torch.func import jvp

x = torch.linspace(-2, 10, 500, dtype=torch.float64)
value, slope = jvp(torch.sin, (x,), (torch.ones_like(x),))
plt.figure(figsize=(6, 4))
plt.plot(x, value)
plt.plot(x, slope, linestyle=':')
plt.legend(('function', 'derivative'))
plt.show()
