# expect: second_backward_raises=never-run-twice, error_is_reported_not_hard_coded=never-run-twice, same_graph_backward_twice_accumulates=not-retained, zeroed_between=not-retained
# score: 1
import torch

x = torch.arange(4.0, requires_grad=True)
y = 2 * torch.dot(x, x)
y.backward()
print(x.grad)

explanation = "The first pass frees the saved tensors; retain_graph=True keeps them and gradients add up."
