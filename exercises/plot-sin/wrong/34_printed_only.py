# expect: sine_curve=no-figure, derivative_curve=no-figure
import torch

x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
print(y)
print(x.grad)
