import torch, matplotlib.pyplot as plt
x = torch.linspace(-3, 3, 61, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
fig, axs = plt.subplots(2, sharex=True)
axs[0].step(x.detach(), y.detach()); axs[0].set_ylabel("sin x")
axs[1].stem(x.detach(), x.grad); axs[1].set_ylabel("d/dx sin x")
plt.show()
