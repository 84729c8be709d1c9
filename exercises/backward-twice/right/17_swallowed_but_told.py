import torch

x = torch.tensor(3., requires_grad=True)
y = x ** 2
y.backward()
failed = False
try:
    y.backward()
except RuntimeError:
    failed = True
    print('第二次 backward 失败了')

z = x ** 2
x.grad = None
z.backward(retain_graph=True)
z.backward(retain_graph=True)
print('两次:', x.grad)      # 12
x.grad = None
z.backward()
print('清零后:', x.grad)    # 6
explanation = '计算图默认只能用一次，之后缓存被释放。retain_graph=True 可以保留。'
