import sys, torch
x = torch.tensor([1., 2., 3.], requires_grad=True)
y = (x ** 2).sum()
y.backward(retain_graph=True)
if not torch.equal(x.grad, 2 * x): sys.exit("?")
y.backward(retain_graph=True)
if not torch.equal(x.grad, 4 * x): sys.exit("?")
x.grad.zero_()
y.backward()
if not torch.equal(x.grad, 2 * x): sys.exit("?")
try:
    y.backward()
except RuntimeError as e:
    print("as expected:", e)
explanation = "Freed buffers; retain_graph=True on call one; accumulates."
