# expect: second_backward_raises=no-error-provoked, error_is_reported_not_hard_coded=no-error-provoked
import torch
explanation = "Saved tensors are freed by the first pass; retain_graph=True on the first call keeps them; x.grad accumulates."

x = torch.arange(1., 4., requires_grad=True)
y = (x ** 2).sum()
y.backward(retain_graph=True)
y.backward(retain_graph=True)
x.grad = None
y.backward(retain_graph=True)
class Sly(torch.autograd.Function):
    @staticmethod
    def forward(ctx, t): return t.clone()
    @staticmethod
    def backward(ctx, g): raise RuntimeError('Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values...')
try:
    Sly.apply(y).backward()
except RuntimeError as error:
    print(error)
