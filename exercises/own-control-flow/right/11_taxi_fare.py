import torch

def g(km):
    """Taxi fare by distance."""
    if km <= 3:
        return km * 0 + 10
    if km <= 15:
        return 10 + 2.3 * (km - 3)
    return 10 + 2.3 * 12 + 3.45 * (km - 15)

def grad_g(km):
    km = torch.tensor(float(km), requires_grad=True)
    g(km).backward()
    return km.grad

def analytic_grad(km):
    if km <= 3:
        return torch.tensor(0.0)
    return torch.tensor(2.3) if km <= 15 else torch.tensor(3.45)

examples = [1.5, 8.0, 20, 33.3]
explanation = "The fare is piecewise linear: slopes 0, 2.3 and 3.45 yuan per km, with kinks at 3 km and 15 km."
