import torch
import matplotlib.pyplot as plt

# In[1]: 练习 1
def first_derivative(f, x):
    x = x.detach().clone().requires_grad_()
    return torch.autograd.grad(f(x).sum(), x)[0]
t = torch.tensor(2.0, requires_grad=True)
s = t ** 3
g1 = torch.autograd.grad(s, t, create_graph=True)[0]
g2 = torch.autograd.grad(g1, t)[0]
print(g1, g2)

# In[2]: 练习 2
x = torch.arange(4.0, requires_grad=True)
y = 2 * torch.dot(x, x)
y.backward()
y.backward()

# In[3]:
x.grad.zero_()
y = 2 * torch.dot(x, x)
y.backward(retain_graph=True)
y.backward(retain_graph=True)
print(x.grad)
x.grad.zero_()
y.backward()
print(x.grad)
explanation2 = "第一次反向传播会释放保存的张量；retain_graph=True 写在第一次上；梯度会累加。"

# In[4]: 练习 3
def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    return b if b.sum() > 0 else 100 * b
a = torch.randn(3, requires_grad=True)
d = f(a)
d.backward()

# In[5]:
d.sum().backward()
print(a.grad == d / a)

# In[6]: 练习 5
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), x.grad, label='derivative')
plt.legend()
plt.show()
