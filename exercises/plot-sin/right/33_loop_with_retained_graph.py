import torch
import matplotlib.pyplot as plt

x = torch.linspace(-3.2, 3.2, 65, requires_grad=True)
y = torch.sin(x)
slopes = []
for i in range(len(x)):
    y[i].backward(retain_graph=True)
    slopes.append(x.grad[i].item())
    x.grad.zero_()
fig = plt.figure()
ax = fig.add_subplot(1, 1, 1)
line1, = ax.plot(x.detach(), y.detach())
line2, = ax.plot(x.detach(), slopes)
ax.legend([line2, line1], ['dsin(x)/dx', 'sin(x)'])
plt.show()
