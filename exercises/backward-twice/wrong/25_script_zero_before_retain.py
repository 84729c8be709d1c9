# expect: same_graph_backward_twice_accumulates=no-accumulation
# score: 7
import torch

x = torch.arange(1.0, 4.0, requires_grad=True)
y = (x ** 3).sum()
for i in range(3):
    x.grad = None
    y.backward(retain_graph=i < 2)
    print(x.grad)
try:
    y.backward()
except RuntimeError as e:
    print(e)

explanation = "The first pass frees the saved tensors; retain_graph=True keeps them and gradients add up."
