# -*- coding: utf-8 -*-
"""练习3：把 a 改为随机向量或矩阵"""
import torch

def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c

def 触发错误(张量):
    # 对非标量直接反向传播，应当报错
    try:
        张量.backward()
    except Exception as 异常:
        return 异常
    return None

def implicit_backward_error(a):
    return 触发错误(f(a))

def grad_f(a):
    # 先求和，再反向传播；先清空旧梯度
    if a.grad is not None:
        a.grad.zero_()
    f(a).sum().backward()
    return a.grad

def ratio_matches(a):
    """比较梯度与 d / a，浮点数不能用 == """
    d = f(a)
    return bool(torch.allclose(grad_f(a), d / a))

a = torch.randn(size=(3, 4), requires_grad=True)
print("报错信息：", implicit_backward_error(a))
print("梯度：", grad_f(a))
print(ratio_matches(a))

explanation = "f 沿着所走的路径是线性的，d = k·a，所以求和之后的梯度每个分量都是 k，也就是 d / a。"
