# trains a small thing until the loss is small first (number of runs depends on sin), then plots
import torch, matplotlib.pyplot as plt
w = torch.tensor(2.0, requires_grad=True)
for i in range(50):
    loss = (torch.sin(w) - 0.3) ** 2
    if loss.item() < 1e-3: break
    w.grad = None
    loss.backward()
    with torch.no_grad(): w -= 0.3 * w.grad
x = torch.linspace(-3, 3, 150, requires_grad=True)
y = torch.sin(x); y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin'); plt.plot(x.detach(), x.grad, label='autodiff')
plt.legend(); plt.show()
