"""One function as asked for, the rest as a script."""
import torch

def second_backward_error(y):
    """返回第二次反向传播的异常"""
    y.backward()
    try:
        y.backward()
        return None
    except RuntimeError as e:
        return e

u = torch.randn(3, 2, requires_grad=True)
v = (u.tanh() ** 2).sum()
v.backward(retain_graph=True)
g = u.grad.clone()
v.backward(retain_graph=True)
assert torch.allclose(u.grad, 2 * g)
u.grad.fill_(0)
v.backward()
assert torch.allclose(u.grad, g)

explanation = ["图中保存的张量在第一次 backward 之后被释放。", "retain_graph=True 保留它们。"]
