import torch

def g(A):
    if torch.det(A) > 0:
        return torch.trace(A) * A
    return A.T @ A

def grad_g(A):
    A = A.detach().clone().requires_grad_(True)
    g(A).sum().backward()
    return A.grad

def analytic_grad(A):
    n = A.shape[0]
    if torch.det(A) > 0:
        # d/dA_ij of trace(A) * sum(A)
        return torch.trace(A) * torch.ones(n, n) + A.sum() * torch.eye(n)
    # sum of A^T A = sum_k (row sum_k)^2
    return 2 * A.sum(dim=1, keepdim=True).expand(n, n)

examples = [torch.tensor([[2.0, 1.0], [0.0, 3.0]]), torch.tensor([[0.0, 1.0], [1.0, 0.0]]), torch.tensor([[1.0, 2.0], [3.0, 4.0]])]
explanation = "The sign of the determinant decides. Branch one is trace(A) A with product rule, branch two A^T A. At det A = 0 g jumps."
