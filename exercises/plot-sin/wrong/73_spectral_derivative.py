# expect: derivative_comes_from_autodiff=finite-difference
import math
import numpy as np
import torch
import matplotlib.pyplot as plt
x = torch.linspace(-6, 6, 200, requires_grad=True)
y = torch.sin(x)
n=200; xs=torch.arange(n)*2*math.pi/n-math.pi; ys=torch.sin(xs); k=torch.fft.fftfreq(n,1/n); d=torch.fft.ifft(1j*k*torch.fft.fft(ys)).real
plt.plot(xs, ys, label="sin(x)")
plt.plot(xs, d, label="derivative")
plt.legend()
plt.show()
