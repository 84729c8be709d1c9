# expect: derivative_comes_from_autodiff=cos-used, no_hand_written_cos_rule=cos-in-own-backward
# score: 5
import torch
import matplotlib.pyplot as plt


class MySin(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sin(x)

    @staticmethod
    def backward(ctx, grad_output):
        x, = ctx.saved_tensors
        return torch.cos(x)


x = torch.linspace(-6, 6, 200, requires_grad=True)
y = MySin.apply(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), x.grad, label='derivative')
plt.legend()
plt.show()
