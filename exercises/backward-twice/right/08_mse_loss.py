# 用线性回归的均方误差来做实验
import torch
from torch import nn

torch.manual_seed(0)
X = torch.randn(20, 3)
true_w = torch.tensor([1.0, -2.0, 3.0])
t = X @ true_w + 0.1 * torch.randn(20)

net = nn.Linear(3, 1)
loss_fn = nn.MSELoss()
opt = torch.optim.SGD(net.parameters(), lr=0.03)

loss = loss_fn(net(X).squeeze(-1), t)
loss.backward(retain_graph=True)     # 保留计算图
g1 = net.weight.grad.clone()
loss.backward(retain_graph=True)
g2 = net.weight.grad.clone()
print('累加后的梯度是否为两倍:', torch.allclose(g2, 2 * g1))

opt.zero_grad()
loss.backward()                      # 这一次不再保留
print('清零之后:', torch.allclose(net.weight.grad, g1))

try:
    loss.backward()
except RuntimeError as err:
    print('RuntimeError:', str(err)[:80])

explanation = ('没有 retain_graph 时，第一次 backward 之后保存的中间结果就被释放，'
               '所以再次运行会报错；保留计算图时梯度会累加，需要 zero_grad 清零。')
