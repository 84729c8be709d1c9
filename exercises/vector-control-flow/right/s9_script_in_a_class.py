# expect: other_branch_and_one_element=missing-name, ratio_check_is_real=missing-name
import torch

def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c

class Experiment:
    def __init__(self, *shape):
        self.x = torch.randn(*shape, requires_grad=True)
    def run(self):
        y = f(self.x)
        try:
            y.backward()
        except RuntimeError as e:
            self.error = e
        y.sum().backward()
        return self.x.grad
exps = [Experiment(3), Experiment(3, 4)]
for e in exps: print(e.run(), e.error)

explanation = "create_graph records the backward pass, which is differentiated again; f is piecewise linear"
