# expect: derivative_comes_from_autodiff=no-backward
import numpy as np
import matplotlib.pyplot as plt

x = np.linspace(-1.5, 1.5, 200)
y = np.sin(x)
plt.plot(x, y, label='sin')
plt.plot(x, np.sqrt(1 - y ** 2), label='derivative')
plt.legend()
plt.show()
