# expect: second_backward_raises=no-error-provoked, error_is_reported_not_hard_coded=no-error-provoked, same_graph_backward_twice_accumulates=no-accumulation, zeroed_between=not-zeroed
# score: 1
import torch

# Only exercise 5: a loop over the points, which retains the graph and zeroes the gradient on the way.
x = torch.linspace(-3, 3, 30, requires_grad=True)
y = torch.sin(x)
slopes = []
for i in range(len(x)):
    x.grad = None
    y[i].backward(retain_graph=True)
    slopes.append(x.grad[i].item())
for i in range(len(x)):
    y[i].backward(retain_graph=True)

explanation = "The first pass frees the saved tensors; retain_graph=True keeps them and gradients add up."
