import torch
import matplotlib.pyplot as plt

plt.rcParams['font.sans-serif'] = ['SimHei']
plt.rcParams['axes.unicode_minus'] = False

# 定义域
x = torch.linspace(-2 * torch.pi, 2 * torch.pi, 1000, requires_grad=True)
# 正弦函数
y = torch.sin(x)
# 反向传播求导
y.backward(gradient=torch.ones_like(x))
plt.plot(x.detach().numpy(), y.detach().numpy(), label='正弦函数')
plt.plot(x.detach().numpy(), x.grad.numpy(), label='余弦函数（自动求导）')
plt.title('正弦函数及其导数')
plt.legend()
plt.show()
