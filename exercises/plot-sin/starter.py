"""Plot sin and its derivative without cos: draw both curves, the second by automatic differentiation.

不用 cos 画出 sin 及其导数：请画出两条曲线，其中导数由自动微分得到。
"""

import matplotlib.pyplot as plt
import torch

x = torch.linspace(-6, 6, 200)
y = torch.sin(x)

# Your part: let torch find the derivative of y at every x, and draw it as well.

plt.plot(x, y, label="sin(x)")
plt.legend()
plt.show()
