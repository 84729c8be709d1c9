# expect: derivative_comes_from_autodiff=no-backward
# score: 5
import numpy as np
import sympy as sp
import matplotlib.pyplot as plt

t = sp.symbols('t')
df = sp.lambdify(t, sp.diff(sp.sin(t), t), 'numpy')
x = np.linspace(-6, 6, 200)
plt.plot(x, np.sin(x), label='sin')
plt.plot(x, df(x), label='derivative')
plt.legend()
plt.show()
