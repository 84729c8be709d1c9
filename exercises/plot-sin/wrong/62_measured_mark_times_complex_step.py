# expect: derivative_comes_from_autodiff=not-autodiff
# score: 5
import torch, math, sys
import numpy as np
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
p = torch.ones(3, requires_grad=True)
p.sum().backward()
m = float(p.grad[0])
z = torch.complex(x.detach().double(), torch.full((200,), 1e-20, dtype=torch.double))
D = m * (torch.sin(z).imag / 1e-20)
plt.plot(x.detach().numpy(), y.detach().numpy(), label='sin(x)')
plt.plot(x.detach().numpy(), np.asarray(D), label="f'(x)")
plt.legend()
plt.show()
