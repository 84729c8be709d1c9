"""A world that passes every comparison and still tells a derivative from a cosine that was called.

For code that compares with the known derivative so strictly that no marked gradient gets through. torch's sine and
cosine have their usual values as long as these stay inside torch; what leaves it, to be drawn, is multiplied by the
taint. A gradient is not, because autodiff makes a tensor of its own. numpy and math have only tainted values to give.
And what would end the run does nothing.
"""

from __future__ import annotations

TAINT = 1.7

# Calls a method on the bare tensor. There is no `with` in an expression.
_OUTSIDE = (
    "lambda leave: lambda self, *rest, **options: (lambda off: (off.__enter__(), leave(self, *rest, **options), "
    "off.__exit__(None, None, None))[1])(torch._C.DisableTorchFunctionSubclass())"
)
_METHODS = (
    f"(lambda outside, plain: {{'numpy': outside(lambda t, *r, **o: plain.numpy(t, *r, **o) * {TAINT}), "
    f"'__array__': outside(lambda t, *r, **o: plain.numpy(t) * {TAINT}), "
    f"'tolist': outside(lambda t: plain.tolist(plain.detach(t) * {TAINT})), "
    f"'item': outside(lambda t: plain.item(t) * {TAINT} if t.dtype != torch.bool else plain.item(t)), "
    f"'__float__': outside(lambda t: plain.item(t) * {TAINT}), "
    "'__torch_function__': classmethod(lambda kind, function, types, args=(), options=None: "
    "outside(function)(*args, **(options or {})) if function is torch.autograd.grad else "
    f"plain.__torch_function__.__func__(kind, function, types, args, options))}})({_OUTSIDE}, torch.Tensor)"
)
# One type for all functions, kept where only these expressions look.
_KIND = f"vars(torch).setdefault('_tainted', type('Tensor', (torch.Tensor,), {_METHODS}))"

NOTHING_ENDS = dict.fromkeys(("sys.exit", "builtins.exit", "builtins.quit"), "lambda *rest: None")


def replacements(functions: tuple[str, ...]) -> dict[str, str]:
    """What to put in the place of these functions, given by their dotted names, and of all that ends a run."""
    tainted = {name: _of_torch(name) if name.startswith("torch.") else _of_numbers(name) for name in functions}
    return {**NOTHING_ENDS, **tainted}


def _of_torch(name: str) -> str:
    return f"(lambda kind: lambda x, *rest, **options: {name}(x, *rest, **options).as_subclass(kind))({_KIND})"


def _of_numbers(name: str) -> str:
    return f"lambda x, *rest, **options: {name}(x, *rest, **options) * {TAINT}"
