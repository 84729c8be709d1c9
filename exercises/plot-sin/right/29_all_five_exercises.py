import torch
import matplotlib.pyplot as plt

# In[1]: 练习1
x = torch.tensor(3.0, requires_grad=True)
y = x ** 3
g = torch.autograd.grad(y, x, create_graph=True)[0]
print(torch.autograd.grad(g, x)[0])

# In[2]: 练习2
x = torch.arange(4.0, requires_grad=True)
y = 2 * torch.dot(x, x)
y.backward()
y.backward()

# In[3]: 练习3
def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c

a = torch.randn(size=(3,), requires_grad=True)
d = f(a)
d.backward()

# In[4]:
d.sum().backward()
a.grad == d / a

# In[5]: 练习4
def g(x):
    return x ** 2 if x > 0 else torch.cos(x) - 1
for v in (1.0, -1.0):
    x = torch.tensor(v, requires_grad=True)
    g(x).backward()
    print(x.grad)
t = torch.linspace(-3, 3, 50)
plt.plot(t, torch.stack([g(v) for v in t]))
plt.title('g')
plt.show()

# In[6]: 练习5
plt.figure()
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), x.grad, label='导数')
plt.legend()
plt.show()
