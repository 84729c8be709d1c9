# expect: second_backward_raises=not-autodiff, error_is_reported_not_hard_coded=not-autodiff, same_graph_backward_twice_accumulates=not-autodiff, zeroed_between=not-autodiff
import torch
from grader.sandbox import autograd_log as log
MSG = "Trying to backward through the graph a second time"
def fake(y, x, retain, g=None, err=False):
    rec = log._active
    run = rec.began(("backward", retain, False), [y], [None])
    if err:
        rec.failed(run, [y], [None], RuntimeError(MSG), "engine")
        return
    x.grad = g.clone() if x.grad is None else x.grad + g
    rec.ended(run, None)
x = torch.arange(1., 4., requires_grad=True)
y = 2 * torch.dot(x, x)
g = 4 * x.detach()
fake(y, x, True, g); fake(y, x, True, g)
x.grad = None
fake(y, x, False, g)
fake(y, x, False, None, True)
print("RuntimeError", MSG)
explanation = "Saved tensors are freed by the first pass; gradients accumulate in x.grad."
