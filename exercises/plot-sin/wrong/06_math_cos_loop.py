# expect: derivative_comes_from_autodiff=cos-used
import math
import matplotlib.pyplot as plt

x = [k / 10 for k in range(-60, 61)]
plt.plot(x, [math.sin(v) for v in x], label='sin')
plt.plot(x, [math.cos(v) for v in x], label='derivative')
plt.legend()
