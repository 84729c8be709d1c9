# expect: derivative_comes_from_autodiff=cos-used
# score: 5
import numpy as np
import matplotlib.pyplot as plt

x = np.linspace(-6, 6, 200)
plt.plot(x, np.sin(x), label='sin(x)')
plt.plot(x, np.cos(x), label="sin'(x)")
plt.legend()
plt.show()
