import torch

def g(x):
    parts = []
    for v in x:
        if v > 0:
            parts.append(v ** 2)
        else:
            parts.append(-3 * v)
    return torch.stack(parts)


def grad_g(x):
    x = x.detach().clone().requires_grad_(True)
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    out = torch.zeros(len(x))
    for i in range(len(x)):
        out[i] = 2 * x[i] if x[i] > 0 else -3
    return out.detach()

examples = [torch.tensor([1.0, -2.0, 3.0]), torch.tensor([-1.0, 2.0, 0.5])]
explanation = "Each element has its own branch: slope 2x if positive, else -3. At zero the two slopes differ, so g is not differentiable there."
