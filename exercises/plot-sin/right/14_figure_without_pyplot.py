import torch
from matplotlib.figure import Figure
from matplotlib.backends.backend_agg import FigureCanvasAgg

x = torch.linspace(-6, 6, 150, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
fig = Figure(figsize=(5, 3))
FigureCanvasAgg(fig)
ax = fig.add_subplot(111)
ax.plot(x.tolist(), y.tolist(), label='sine')
ax.plot(x.tolist(), x.grad.tolist(), label='rate of change')
ax.legend()
fig.savefig('figure.png')
