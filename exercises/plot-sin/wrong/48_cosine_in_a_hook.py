# expect: derivative_comes_from_autodiff=cos-used, no_hand_written_cos_rule=cos-in-own-backward
# score: 5
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200, requires_grad=True)
x.register_hook(lambda g: torch.cos(x).detach())
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), x.grad, label='derivative')
plt.legend()
plt.show()
