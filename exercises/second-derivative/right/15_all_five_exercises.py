#!/usr/bin/env python
# coding: utf-8

# # 2.5 自动微分 练习

# In[1]:
get_ipython().run_line_magic('matplotlib', 'inline')
import torch
from d2l import torch as d2l
import matplotlib.pyplot as plt

# In[2]: 练习1

def first_derivative(f, x):
    return torch.autograd.grad(f(x).sum(), x)[0]

def second_derivative(f, x):
    g, = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    return torch.autograd.grad(g.sum(), x)[0]

def count_nodes(t):
    seen = set()
    stack = [t.grad_fn]
    while stack:
        node = stack.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        for nearer, _ in node.next_functions:
            stack.append(nearer)
    return len(seen)

def F(x):
    return torch.sin(x ** 2) * torch.exp(-x)

x = torch.randn(6, requires_grad=True)
y = F(x)
g, = torch.autograd.grad(y.sum(), x, create_graph=True)
report = {"first": count_nodes(y), "second": count_nodes(g)}

explanation1 = "一阶导数的计算图包含前向和反向的运算，所以二阶导数更贵，保存的张量更多。"

# In[3]: 练习2
x = torch.arange(4.0, requires_grad=True)
y = 2 * torch.dot(x, x)
y.backward()
y.backward()

# In[4]: 练习3
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

# In[5]:
d.sum().backward()
a.grad == d / a

# In[6]: 练习4
def g(x):
    return x * 3 if x.sum() > 1 else x ** 2

# In[7]: 练习5
x = torch.linspace(-6, 6, 100, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.plot(x.detach().numpy(), y.detach().numpy(), label='sin(x)')
plt.plot(x.detach().numpy(), x.grad.numpy(), label='cos(x)')
plt.legend()
plt.show()
