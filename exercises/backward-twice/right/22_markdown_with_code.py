# 2. 立即再次运行反向传播

```python
import torch
x = torch.arange(4.0, requires_grad=True)
y = 2 * torch.dot(x, x)
y.backward()
y.backward()
```

报错：RuntimeError。因为计算图已被释放。

```python
x.grad = None
y = 2 * torch.dot(x, x)
y.backward(retain_graph=True)
y.backward(retain_graph=True)
print(x.grad)
x.grad.zero_()
y.backward()
print(x.grad)
```
