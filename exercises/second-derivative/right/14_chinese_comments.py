# -*- coding: utf-8 -*-
# 练习1：为什么计算二阶导数比一阶导数的开销要更大？
import torch

def 求导(y, x, 保留图=False):
    """返回 y 对 x 的逐元素导数"""
    return torch.autograd.grad(y, x, grad_outputs=torch.ones_like(y), create_graph=保留图)[0]

def first_derivative(f, x):
    return 求导(f(x), x)

def second_derivative(f, x):
    一阶 = 求导(f(x), x, 保留图=True)      # 必须 create_graph=True
    return 求导(一阶, x)

def count_nodes(t):
    已访问, 队列 = set(), [t.grad_fn]
    while 队列:
        结点 = 队列.pop(0)
        if 结点 is None or 结点 in 已访问:
            continue
        已访问.add(结点)
        队列 += [n for n, _ in 结点.next_functions]
    return len(已访问)

def F(x):
    return torch.sin(x**2) * torch.exp(-x)

x = torch.arange(1., 5., requires_grad=True)
y = F(x)
report = {"first": count_nodes(y), "second": count_nodes(求导(y, x, 保留图=True))}
print(f"一阶：{report['first']}，二阶：{report['second']}")

explanation = "二阶导数要对一阶导数的计算图再求导，这个图既含前向运算又含反向运算，节点更多，还要保存更多中间结果。"
