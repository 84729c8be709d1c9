# expect: no_hand_written_cos_rule=cos-in-own-backward
# score: 5
import torch, numpy as np
import matplotlib.pyplot as plt

x = torch.linspace(-6,6,200,requires_grad=True)
y = x*1
y.register_hook(lambda g: g*torch.cos(x).detach())
y.sum().backward()
y = torch.sin(x); d = x.grad

plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), d, label='derivative')
plt.legend()
