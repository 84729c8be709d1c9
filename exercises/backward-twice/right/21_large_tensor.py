import torch
x = torch.randn(100, 100, requires_grad=True)
y = (x**2).sum()
y.backward(retain_graph=True); print(x.grad[0,0])
y.backward(retain_graph=True); print(x.grad[0,0])
x.grad.zero_(); y.backward(); print(x.grad[0,0])
try: y.backward()
except RuntimeError as e: print(e)
explanation = "saved tensors are freed, so retain the graph; gradients add up"
