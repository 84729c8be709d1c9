import torch
import matplotlib.pyplot as plt

xs, ys, ds = [], [], []
v = -5.0
while v < 5.0:
    x = torch.tensor(v, requires_grad=True)
    y = torch.sin(x)
    y.backward()
    xs.append(x.item())
    ys.append(y.item())
    ds.append(x.grad.item())
    v += 0.1

plt.plot(xs, ys, 'b-', xs, ds, 'r--')
plt.legend(['sin(x)', 'gradient'])
plt.grid()
plt.show()
