# expect: curves_can_be_told_apart=no-legend
# score: 9
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach())
plt.plot(x.detach(), x.grad)
plt.title('sin and its derivative')
plt.xlabel('x')
plt.ylabel('y')
plt.show()
