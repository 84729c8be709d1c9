import traceback
import torch

def second_backward_error(y):
    y.sum().backward()
    try:
        y.sum().backward()
    except RuntimeError:
        text = traceback.format_exc()
        print(text)
        return text

def backward_twice(y, x):
    y.sum().backward(retain_graph=True)
    y.sum().backward()
    print("after two passes", x.grad)
    return x.grad

def backward_twice_zeroed(y, x):
    y.sum().backward(retain_graph=True)
    x.grad.data.zero_()
    y.sum().backward()
    return x.grad

x = torch.arange(4.0, requires_grad=True)
print(second_backward_error(2 * torch.dot(x, x)))
explanation = "计算图里保存的张量用完就被释放，需要 retain_graph=True 才能再来一次。"
