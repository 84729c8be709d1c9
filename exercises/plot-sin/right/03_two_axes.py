import numpy as np
import torch
import matplotlib.pyplot as plt

x_np = np.linspace(0, 4 * np.pi, 300)
x = torch.from_numpy(x_np)
x.requires_grad = True
y = torch.sin(x)
grad, = torch.autograd.grad(y, x, grad_outputs=torch.ones_like(x))

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
left.plot(x_np, y.detach().numpy())
left.set_title('sin(x)')
right.plot(x_np, grad.numpy(), 'r')
right.set_title("sin'(x)")
plt.tight_layout()
plt.savefig('sin.png')
plt.close()
