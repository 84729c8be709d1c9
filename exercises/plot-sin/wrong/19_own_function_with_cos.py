# expect: no_hand_written_cos_rule=cos-in-own-backward
# score: 5
import torch
import matplotlib.pyplot as plt


class S(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sin(x)

    @staticmethod
    def backward(ctx, g):
        x, = ctx.saved_tensors
        return g * torch.cos(x)


x = torch.linspace(-6, 6, 200, requires_grad=True)
y = S.apply(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), x.grad, label='derivative')
plt.legend()
plt.show()
