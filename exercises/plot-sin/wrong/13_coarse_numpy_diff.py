# expect: derivative_curve=finite-difference
import numpy as np
import matplotlib.pyplot as plt

x = np.linspace(-6, 6, 60)
y = np.sin(x)
plt.plot(x, y, label='sin(x)')
plt.plot(x[1:], np.diff(y) / np.diff(x), label='dy/dx')
plt.legend()
plt.show()
