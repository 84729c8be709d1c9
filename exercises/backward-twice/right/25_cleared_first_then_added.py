# twice through one graph, first cleared then added, same leaf, at the end the error
import torch
x = torch.full((3,), 2.0, requires_grad=True)
y = torch.sqrt(x).sum()
y.backward(retain_graph=True)
x.grad.zero_()
y.backward(retain_graph=True)
print('cleared', x.grad)
y.backward()
print('added', x.grad)
try:
    y.backward()
except RuntimeError as e:
    print('refused', e)
explanation = "freed saved tensors, retain_graph=True on call one, x.grad accumulates"
