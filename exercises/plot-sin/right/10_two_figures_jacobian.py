import torch
import matplotlib.pyplot as plt

x = torch.linspace(-4, 4, 100)
J = torch.autograd.functional.jacobian(torch.sin, x)

plt.figure(1)
plt.plot(x, torch.sin(x))
plt.title('The sine')
plt.savefig('/tmp/sine.png')
plt.close()

plt.figure(2)
plt.plot(x, J.diagonal())
plt.title('Its derivative')
plt.savefig('/tmp/derivative.png')
plt.close()
