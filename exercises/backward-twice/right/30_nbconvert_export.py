#!/usr/bin/env python
# coding: utf-8

# ## 2. run backward twice

# In[1]:


import torch
x = torch.arange(3., requires_grad=True)
y = (x ** 2).sum()
y.backward(retain_graph=True)
y.backward(retain_graph=True)
print(x.grad)
x.grad = None
y.backward()
print(x.grad)


# In[2]:


y.backward()


# 第二次被拒绝，因为图里保存的张量已经释放；retain_graph=True 写在第一次调用上，x.grad 会累加。

# In[ ]:




