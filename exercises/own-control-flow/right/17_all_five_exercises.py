# %% [markdown]
# # 2.5.6 练习

# %%
import torch
import matplotlib.pyplot as plt

# %%
# 练习 1
def f1(x):
    return torch.sin(x ** 2) * torch.exp(-x)

# %%
# 练习 2：第二次 backward 会报错
x = torch.arange(4.0, requires_grad=True)
y = 2 * torch.dot(x, x)
y.backward()
y.backward()

# %%
# 练习 3
def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c
a = torch.randn(3, requires_grad=True)
d = f(a)
d.backward()

# %%
# 练习 4
def g(x):
    out = x * x
    if x.min() < 0:
        out = out + x.abs()
    for _ in range(int(x.abs().max())):
        out = out * 0.5
    return out

def grad_g(x):
    x = x.detach().clone().requires_grad_()
    g(x).sum().backward()
    return x.grad

def analytic_grad(x):
    x = x.detach()
    slope = 2 * x
    if x.min() < 0:
        slope = slope + x.sign()
    return slope * 0.5 ** int(x.abs().max())

examples = [torch.tensor([0.5, 0.7]), torch.tensor([-0.5, 3.2]), torch.tensor([2.5, 1.5])]
explanation = "最小值为负时多出 |x| 这一项，斜率加上 sign(x)；循环次数由最大绝对值决定，每次斜率减半。在 |x| 为整数处不连续。"

# %%
# 练习 5
x = torch.linspace(-5, 5, 100, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), x.grad, label='derivative')
plt.legend()
