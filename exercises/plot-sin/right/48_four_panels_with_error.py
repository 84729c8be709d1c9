import torch, numpy as np
import matplotlib.pyplot as plt
torch.manual_seed(0)
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x); y.sum().backward()
fig, axs = plt.subplots(2, 2, figsize=(10, 8))
axs[0, 0].plot(x.detach(), y.detach(), 'tab:blue'); axs[0, 0].set_title('sin(x)')
axs[0, 1].plot(x.detach(), x.grad, 'tab:orange'); axs[0, 1].set_title('autograd derivative')
axs[1, 0].plot(x.detach(), torch.cos(x).detach(), 'tab:green'); axs[1, 0].set_title('cos(x)')
axs[1, 1].plot(x.detach(), (x.grad - torch.cos(x)).detach(), 'tab:red'); axs[1, 1].set_title('error')
for a in axs.flat: a.label_outer()
plt.show()
