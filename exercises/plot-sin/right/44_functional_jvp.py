import torch, numpy as np
import matplotlib.pyplot as plt

x = torch.linspace(-5,5,100)
y, d = torch.autograd.functional.jvp(torch.sin, x, torch.ones_like(x))
fig, axs = plt.subplots(2, 2)
axs[0,0].plot(x, y); axs[0,0].set_title('正弦')
axs[1,1].plot(x, d); axs[1,1].set_title('正弦的导数')
