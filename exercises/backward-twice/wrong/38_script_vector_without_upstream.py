# expect: second_backward_raises=raised, error_is_reported_not_hard_coded=raised, same_graph_backward_twice_accumulates=raised, zeroed_between=raised
# score: 1
import torch
explanation = "Saved tensors are freed by the first pass; retain_graph=True on the first call keeps them; x.grad accumulates."
x = torch.arange(4., requires_grad=True)
y = x * x
y.backward()
y.backward()
