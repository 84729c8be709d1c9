"""What a spare child does until it is asked: a small submission of ours, so that its memory is its own already.

A forked process copies each page of memory when it first writes to it, and looks each one up when it first reads it:
some three thousand times, and two thirds of the time, in the run of an ordinary submission. A rehearsal has that behind
it. It goes in short steps and stops as soon as somebody asks, so on a busy machine there is none.
"""

from __future__ import annotations

import contextlib
import linecache
import sys
from collections.abc import Callable, Iterator
from typing import TypeVar

import matplotlib.pyplot as plt
import numpy as np

from grader.sandbox import calls, warming
from grader.sandbox.cells import FILE_NAME
from grader.sandbox.execution import run_submission
from grader.sandbox.fitting import frame_of
from grader.sandbox.session import Session
from grader.wire.codec import NONCE_BYTES, decode, encode
from grader.wire.messages import Array, Call, Expression, Let, Ref, Reply, Request, RunSubmission, TensorSpec, World

RequestT = TypeVar("RequestT", bound=Request)

_NONCE = bytes(NONCE_BYTES)
_FUNCTIONS = '''"""Rehearsal."""
import torch


def f(x):
    y = x
    while y.norm() > 1:
        y = y / 2
    if y.sum() > 0:
        return torch.sin(y**2) * torch.exp(-y)
    return 3 * y


def gradient(x):
    x = x.detach().clone().requires_grad_(True)
    (first,) = torch.autograd.grad(f(x).sum(), x, create_graph=True)
    first.sum().backward()
    return x.grad


for x in [torch.tensor([0.3, 0.5, -0.2]), torch.tensor([[3.0, -1.0], [5.0, 1.0]])]:
    print(gradient(x), torch.allclose(f(x), f(x)))

try:
    torch.dot(x[0], x[1]).backward()
except RuntimeError as error:
    explanation = str(error)
'''
_FIGURE = """
import matplotlib.pyplot as plt
import numpy as np

x = torch.linspace(-3.0, 3.0, 50, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
figure = plt.figure(figsize=(6, 4))
"""
_CURVES = """
plt.plot(x.detach().numpy(), y.detach().numpy(), label="f(x)")
plt.plot(x.detach().numpy(), x.grad.numpy(), "--", label="f'(x)")
plt.xlabel("x")
plt.title("rehearsal")
plt.legend()
plt.grid(True)
plt.show()
"""
_DIFFERENTIATE = "lambda g, x: (lambda y: (y, torch.autograd.grad(y.sum(), x)[0]))(g(x))"
_X = TensorSpec(Array("float32", (2,), bytes(8)), requires_grad=True)


def rehearse(is_asked: Callable[[], bool]) -> None:
    """Go through the steps until somebody asks. Leaves nothing behind that a submission could depend on."""
    main, default_rng = sys.modules["__main__"], np.random.default_rng
    steps = _steps()
    while not is_asked() and next(steps, False):
        pass
    plt.close("all")
    sys.modules["__main__"] = main
    np.random.default_rng = default_rng
    linecache.cache.pop(FILE_NAME, None)
    warming.forget()


def _steps() -> Iterator[bool]:
    # A child in which this fails will say so itself, when it is asked.
    with contextlib.suppress(Exception):
        session = Session()
        yield True
        _answered(RunSubmission(_FUNCTIONS, "py", World()), lambda request: run_submission(session, request))
        yield True
        lets = (Let("x", _X), Let("d", Expression(_DIFFERENTIATE)))
        for traced in (False, True):
            call = Call("<d>", (Ref("f"), Ref("x")), {}, lets, {"<d>": Ref("d")}, ops=traced, lines=traced)
            _answered(call, lambda request: calls.call(session, request))
            yield True
        _answered(Call("gradient", (Ref("x"),), lets=lets[:1]), lambda request: calls.call(session, request))
        yield True
        for source in (_FIGURE, _CURVES):
            _answered(RunSubmission(source, "py", World()), lambda request: run_submission(session, request))
            yield True


def _answered(request: RequestT, answer: Callable[[RequestT], Reply]) -> None:
    frame_of(answer(decode(encode(request, _NONCE), _NONCE, (type(request),))), _NONCE)
