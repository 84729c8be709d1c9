# expect: derivative_comes_from_autodiff=no-backward
import numpy as np
import matplotlib.pyplot as plt

x = np.linspace(-6, 6, 200)
h = 1e-20
plt.plot(x, np.sin(x), label='sin')
plt.plot(x, np.imag(np.sin(x + 1j * h)) / h, label='derivative')
plt.legend()
plt.show()
