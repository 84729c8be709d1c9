# expect: zeroed_between=not-zeroed
# score: 8
import torch

x = torch.arange(1.0, 4.0, requires_grad=True)
y = (x ** 3).sum()
y.backward(retain_graph=True)
y.backward()
print(x.grad)
y.backward()

explanation = "The first pass frees the saved tensors; retain_graph=True keeps them and gradients add up."
