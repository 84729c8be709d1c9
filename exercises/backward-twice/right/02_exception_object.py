import torch


def second_backward_error(y):
    err = None
    for _ in range(2):
        try:
            y.backward()
        except Exception as e:
            err = e
    return err


def backward_twice(y, x):
    for i in range(2):
        y.backward(retain_graph=(i == 0))
    return x.grad


def backward_twice_zeroed(y, x):
    for i in range(2):
        if x.grad is not None:
            x.grad = None
        y.backward(retain_graph=(i == 0))
    return x.grad.clone()


explanation = "第一次反向传播之后，中间结果被释放，所以第二次会报错。"
