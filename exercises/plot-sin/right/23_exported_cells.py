#!/usr/bin/env python
# coding: utf-8

# In[1]:


get_ipython().run_line_magic('matplotlib', 'inline')
import torch
from d2l import torch as d2l


# In[2]:


x = torch.linspace(-10, 10, 500)
x.requires_grad_(True)
y = torch.sin(x)


# In[3]:


y.backward(torch.ones_like(x))
d2l.set_figsize((6, 4))
d2l.plt.plot(x.detach(), y.detach(), label='sin x')
d2l.plt.plot(x.detach(), x.grad, label='导数')
d2l.plt.legend()
d2l.plt.show()
