import torch
def second_backward_error(y):
    errors = []
    for keep in (False, False):
        try:
            y.backward(retain_graph=keep)
        except RuntimeError as e:
            errors.append(e)
    return errors[0] if errors else None
def backward_twice(y, x):
    y.backward(retain_graph=True)
    first = x.grad.clone()
    y.backward()
    if not torch.equal(x.grad, 2 * first):
        raise ValueError("not doubled")
    return x.grad
def backward_twice_zeroed(y, x):
    y.backward(retain_graph=True)
    first = x.grad.clone()
    x.grad.zero_()
    y.backward()
    return x.grad if (x.grad == first).all() else None
explanation = "保存的中间结果第一次之后就释放了，retain_graph=True 要写在第一次。"
