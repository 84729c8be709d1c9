# expect: sine_curve=no-figure, derivative_curve=no-figure
# score: 0
import torch
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.figure()
plt.title('sin')
plt.show()
