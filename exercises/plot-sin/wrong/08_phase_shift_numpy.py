# expect: derivative_comes_from_autodiff=phase-shift
import numpy as np
import matplotlib.pyplot as plt

x = np.arange(-6, 6, 0.05)
f = np.sin
fig, ax = plt.subplots()
ax.plot(x, f(x))
ax.plot(x, f(np.pi / 2 - x))
ax.legend(['f', "f'"])
