# expect: derivative_curve=raised
# score: 2
import torch, math, cmath
import numpy as np
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.backward()
D = x.grad
plt.plot(x.detach().numpy(), y.detach().numpy(), label='sin(x)')
plt.plot(x.detach().numpy(), np.asarray(D), label="f'(x)")
plt.legend()
plt.show()
