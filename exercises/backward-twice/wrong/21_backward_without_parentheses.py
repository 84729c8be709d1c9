# expect: second_backward_raises=never-run-twice, error_is_reported_not_hard_coded=never-run-twice, same_graph_backward_twice_accumulates=never-run-twice, zeroed_between=never-run-twice
# score: 1
import torch

x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x ** 2).sum()
y.backward
y.backward
print(x.grad)

explanation = "The first pass frees the saved tensors; retain_graph=True keeps them and gradients add up."
