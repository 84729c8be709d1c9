import sys
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-5, 5, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
if not torch.allclose(x.grad, torch.cos(x), atol=1e-5):
    print('the gradient is not right')
    sys.exit(1)
plt.plot(x.detach(), y.detach(), label='y')
plt.plot(x.detach(), x.grad, label='dy/dx')
plt.legend()
plt.show()
