# expect: second_backward_raises=no-error-provoked, error_is_reported_not_hard_coded=no-error-provoked, same_graph_backward_twice_accumulates=graph-rebuilt, zeroed_between=graph-rebuilt
# score: 1
import torch

x = torch.arange(4.0, requires_grad=True)
y = 2 * torch.dot(x, x)
y.backward()
y = 2 * torch.dot(x, x)
y.backward()
print(x.grad)
x.grad.zero_()
y = 2 * torch.dot(x, x)
y.backward()
print(x.grad)

explanation = "The first pass frees the saved tensors; retain_graph=True keeps them and gradients add up."
