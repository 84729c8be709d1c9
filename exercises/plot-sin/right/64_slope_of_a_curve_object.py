import math
import numpy as np
import torch
import matplotlib.pyplot as plt
class Curve:
    def __init__(self, f): self.f = f
    def slope(self, xs): return torch.func.vmap(torch.func.grad(self.f))(xs)
xs = torch.linspace(-6, 6, 150)
c = Curve(torch.sin)
fig, ax = plt.subplots()
ax.plot(xs, c.f(xs), label=f"$\\sin x$")
ax.plot(xs, c.slope(xs), label=f"$\\frac{{d}}{{dx}}\\sin x$")
ax.legend()
