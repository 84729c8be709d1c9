# Exercises 3 and 5 in one file
import torch
import matplotlib.pyplot as plt

def f(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c

def implicit_backward_error(a):
    d = f(a)
    try:
        d.backward()
    except RuntimeError as e:
        return str(e)

def grad_f(a):
    a.grad = None
    d = f(a)
    d.sum().backward()
    return a.grad

def ratio_matches(a):
    d = f(a)
    return torch.allclose(grad_f(a), d / a)

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."

# In[5]: exercise 5, f(x) = sin(x)
def f(x):
    return torch.sin(x)

x = torch.linspace(-3, 3, 100, requires_grad=True)
y = f(x)
y.sum().backward()
plt.plot(x.detach(), y.detach(), label="f")
plt.plot(x.detach(), x.grad, label="f'")
plt.legend()
