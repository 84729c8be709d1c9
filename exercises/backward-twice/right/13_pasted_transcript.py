>>> import torch
>>> x = torch.arange(4.0, requires_grad=True)
>>> y = 2 * torch.dot(x, x)
>>> y.backward()
>>> x.grad
tensor([ 0.,  4.,  8., 12.])
>>> y.backward()
Traceback (most recent call last):
  File "<stdin>", line 1, in <module>
RuntimeError: Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed).
>>> x.grad.zero_()
tensor([0., 0., 0., 0.])
>>> y = 2 * torch.dot(x, x)
>>> y.backward(retain_graph=True)
>>> y.backward(retain_graph=True)
>>> x.grad
tensor([ 0.,  8., 16., 24.])
>>> x.grad.zero_()
tensor([0., 0., 0., 0.])
>>> y.backward()
>>> x.grad
tensor([ 0.,  4.,  8., 12.])
>>> explanation = "the buffers are freed after the first backward, so keep them with retain_graph"
