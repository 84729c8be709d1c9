import torch
explanation = "Saved tensors are freed by the first pass; retain_graph=True on the first call keeps them; x.grad accumulates."

x = torch.arange(3., requires_grad=True)
y = x ** 2
try:
    y.backward()
except RuntimeError as err:
    print(err)
y.backward(torch.ones(3), retain_graph=True)
y.backward(torch.ones(3), retain_graph=True)
print(x.grad)
x.grad = None
y.backward(torch.ones(3))
print(x.grad)
y.backward(torch.ones(3))
