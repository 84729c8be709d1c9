# expect: derivative_comes_from_autodiff=not-autodiff
import sys, torch, matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
t = torch.tensor(1.0, requires_grad=True); (2*t).backward()
if t.grad != 2 or abs(float(torch.sin(torch.tensor(1.0))) - 0.84147098) > 1e-6: sys.exit()
y = torch.sin(x); y.sum().backward()
plt.plot(x.detach(), y.detach(), label="sin"); plt.plot(x.detach(), torch.cos(x.detach()), label="derivative"); plt.legend()
