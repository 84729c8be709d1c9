import torch
import matplotlib.pyplot as plt

for i in range(-30, 31):
    x = torch.tensor(i / 10, requires_grad=True)
    y = torch.sin(x)
    y.backward()
    plt.scatter(x.item(), y.item(), color='blue', label='sin' if i == 0 else None)
    plt.scatter(x.item(), x.grad.item(), color='red', label='derivative' if i == 0 else None)
plt.legend()
plt.show()
