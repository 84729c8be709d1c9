# create_graph 也会保留计算图
import warnings
import torch
warnings.filterwarnings("ignore")

def second_backward_error(y):
    try:
        torch.autograd.backward([y])
        torch.autograd.backward([y])
    except RuntimeError as e:
        return repr(e)
    return None

def backward_twice(y, x):
    y.backward(create_graph=True)
    y.backward()
    return x.grad.detach()

def backward_twice_zeroed(y, x):
    y.backward(create_graph=True)
    x.grad = torch.zeros_like(x)
    y.backward()
    return x.grad.detach().numpy()

explanation = "create_graph=True 隐含 retain_graph=True，因此第二次可以成功，梯度累加为两倍。"
