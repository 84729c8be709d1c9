# expect: derivative_comes_from_autodiff=finite-difference
# score: 5
import numpy as np
import matplotlib.pyplot as plt

x = np.linspace(-6, 6, 500)
y = np.sin(x)
plt.plot(x, y, label='sin')
plt.plot(x, np.gradient(y, x), label='derivative')
plt.legend()
plt.show()
