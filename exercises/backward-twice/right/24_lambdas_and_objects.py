import torch
def _try(f):
    try: f()
    except RuntimeError as e: return e
second_backward_error = lambda y: (y.backward(), _try(y.backward))[1]
backward_twice = lambda y, x: (y.backward(retain_graph=True), y.backward(), x.grad)[-1]
class Z:
    def __call__(self, y, x):
        y.backward(retain_graph=True); x.grad = None; y.backward(); return x.grad
backward_twice_zeroed = Z()
explanation = "saved tensors are freed, so retain the graph; gradients add up"
