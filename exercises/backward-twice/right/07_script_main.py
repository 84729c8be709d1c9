#!/usr/bin/env python
# -*- coding: utf-8 -*-
"""练习 2"""
import torch

explanation = '第二次反向传播需要的中间变量已被释放；第一次设置 retain_graph=True 即可再次运行。'


def demo_error():
    w = torch.randn(3, requires_grad=True)
    loss = (w ** 2).sum()
    loss.backward()
    try:
        loss.backward()
    except RuntimeError as e:
        print('报错：', e)


def demo_retain(zero):
    w = torch.randn(3, requires_grad=True)
    loss = (w ** 2).sum()
    loss.backward(retain_graph=True)
    first = w.grad.clone()
    if zero:
        w.grad = None
    loss.backward()
    print(first, w.grad)


def main():
    demo_error()
    demo_retain(False)
    demo_retain(True)


if __name__ == '__main__':
    main()
