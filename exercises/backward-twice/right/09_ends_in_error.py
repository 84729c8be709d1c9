import torch
explanation = "Gradients add up while the graph is retained. Once it has been freed, backward raises a RuntimeError."
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
y = (x * x * x).mean()
y.backward(retain_graph=True)
print(x.grad)
y.backward(retain_graph=True)
print(x.grad)
x.grad = None
y.backward()
print(x.grad)
y.backward()   # this one fails
