import threading, torch, matplotlib.pyplot as plt
x = torch.linspace(-3, 3, 50, requires_grad=True)
def work():
    global y
    y = torch.sin(x); y.sum().backward()
t = threading.Thread(target=work); t.start(); t.join()
plt.plot(x.detach(), y.detach(), label='sin')
plt.plot(x.detach(), x.grad, label='derivative')
plt.legend(); plt.show()
