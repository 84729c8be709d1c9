import torch
import torch.autograd.forward_ad as fwAD
import matplotlib.pyplot as plt

x = torch.linspace(-6, 6, 100)
with fwAD.dual_level():
    dual = fwAD.make_dual(x, torch.ones_like(x))
    out = fwAD.unpack_dual(torch.sin(dual))
plt.plot(x, out.primal, label='primal')
plt.plot(x, out.tangent, label='tangent')
plt.legend()
plt.show()
