import torch
from torch import nn
torch.manual_seed(1)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
x, t = torch.randn(16, 4), torch.randn(16, 1)
loss = nn.functional.mse_loss(net(x), t)
for epoch in range(2):
    net.zero_grad()
    loss.backward()
loss = nn.functional.mse_loss(net(x), t)
net.zero_grad()
grads = []
for epoch in range(3):
    loss.backward(retain_graph=True)
    grads.append(net[0].weight.grad.norm().item())
print(grads)
net.zero_grad()
loss.backward(retain_graph=True)
explanation = "saved tensors are freed, so retain the graph; gradients add up"
