# expect: zeroed_between=raised
# score: 8
import torch

x = torch.arange(1.0, 4.0, requires_grad=True)
y = (x ** 3).sum()
y.backward(retain_graph=True)
y.backward(retain_graph=True)
print(x.grad)
x.grad.zeros_()
y.backward()
y.backward()

explanation = "The first pass frees the saved tensors; retain_graph=True keeps them and gradients add up."
