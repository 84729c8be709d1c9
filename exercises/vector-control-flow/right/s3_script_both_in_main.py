# expect: other_branch_and_one_element=missing-name, ratio_check_is_real=missing-name
# score: 8
import torch

def control_flow(a):
    b = 2 * a
    while b.norm() < 1000:
        b = b * 2
    return b if b.sum() > 0 else b * 100

def experiment(shape):
    x = torch.randn(*shape, requires_grad=True)
    y = control_flow(x)
    try:
        y.backward()
    except RuntimeError as error:
        print(shape, error)
    y.backward(gradient=torch.ones(shape))
    print((x.grad - y / x).abs().max().item())

def main():
    for shape in [(4,), (2, 3)]:
        experiment(shape)

main()

explanation = "f is piecewise linear: d = k * a, so the gradient of the sum is k everywhere, except at the edges where k jumps."
