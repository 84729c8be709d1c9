# 一个小训练循环之后再做实验
import torch
w = torch.zeros(3, requires_grad=True)
X = torch.randn(8, 3); t = X @ torch.tensor([1., 2., 3.])
for _ in range(20):
    l = ((X @ w - t) ** 2).mean(); l.backward()
    with torch.no_grad(): w -= 0.1 * w.grad
    w.grad = None
l = ((X @ w - t) ** 2).mean()
l.backward(retain_graph=True); l.backward(retain_graph=True); print(w.grad)
w.grad.zero_(); l.backward(); print(w.grad)
try: l.backward()
except RuntimeError as e: print('报错', e)
explanation = "第一次之后缓冲区被释放；retain_graph=True 保留；梯度累加。"
