# expect: no_hand_written_cos_rule=cos-in-own-backward
# score: 5
import numpy as np
import torch
import matplotlib.pyplot as plt


class Sine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.x = x.detach().numpy()
        return torch.sin(x)

    @staticmethod
    def backward(ctx, g):
        return g * torch.from_numpy(np.cos(ctx.x))


x = torch.linspace(-6, 6, 200, requires_grad=True)
y = Sine.apply(x)
y.backward(torch.ones_like(y))
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), x.grad, label='derivative')
plt.legend()
plt.show()
