import torch

x = torch.arange(4.0)
x.requires_grad_(True)
y = 2 * torch.dot(x, x)
y.backward()
print(x.grad)
try:
    y.backward()
except RuntimeError as e:
    print(e)

x.grad.zero_()
y = 2 * torch.dot(x, x)
y.backward(retain_graph=True)
print(x.grad)
y.backward(retain_graph=True)
print(x.grad)
x.grad.zero_()
y.backward()
print(x.grad)

explanation = """
The graph's saved tensors are freed by the first call. With retain_graph=True it can be run again,
and the gradients accumulate unless they are set to zero.
"""
