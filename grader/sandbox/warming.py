"""Imports and uses once what submissions use, so that each child finds it ready: the first time costs seconds."""

from __future__ import annotations

import importlib
import io
import itertools
import warnings

import matplotlib.pyplot as plt
import numpy as np
import torch

from grader.sandbox import autograd_log, figures, plotting
from grader.sandbox.standins import compiler, d2l, ipython
from grader.sandbox.texts import NAME_CHARACTERS

_STUDENTS_IMPORT = (
    "abc argparse bisect collections.abc contextlib copy csv dataclasses datetime decimal enum fractions functools"
    " heapq inspect itertools json logging math numbers operator os.path pathlib pickle platform pprint random re"
    " statistics string sys textwrap time timeit traceback types typing unittest uuid warnings"
    " numpy.linalg numpy.random numpy.testing"
    " matplotlib.animation matplotlib.cm matplotlib.gridspec matplotlib.lines matplotlib.patches matplotlib.ticker"
    " mpl_toolkits.mplot3d"
    " torch.autograd.forward_ad torch.autograd.functional torch.autograd.gradcheck torch.fx torch.func"
    " torch.nn.functional torch.optim torch.testing torch.utils.checkpoint torch.utils.data"
).split()


def install() -> None:
    """Put the recorders and the stand-ins in place; what `serve` can't do without."""
    torch.set_num_threads(1)
    compiler.install()
    plotting.install()
    autograd_log.install()
    figures.install()
    ipython.install()
    d2l.install()


def warm_up() -> None:
    """Everything, once."""
    install()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in _STUDENTS_IMPORT:
            importlib.import_module(name)
        # Copies the names of pyplot, and so has to come after their wraps.
        importlib.import_module("pylab")
        _use_torch()
        _use_numpy()
        _use_matplotlib()
    forget()
    warnings.formatwarning = _short_warning
    plotting.quiet_warnings()


def forget() -> None:
    """What was tried before a submission runs is not part of any child's counting."""
    autograd_log._orders = itertools.count()
    figures._next_number = itertools.count(1)


def _use_torch() -> None:
    torch.manual_seed(0)  # Formats stacks, for which it reads the sources of torch; the next time they are at hand.
    x = torch.linspace(-1.0, 1.0, 5, requires_grad=True)
    y = (torch.sin(x**2) * torch.exp(-x)).sum()
    (g,) = torch.autograd.grad(y, x, create_graph=True)
    g.sum().backward()
    repr(x), repr(y)
    plain = x.detach()
    torch.func.vmap(torch.func.grad(torch.func.grad(torch.sin)))(plain)
    torch.func.jvp(torch.sin, (plain,), (torch.ones_like(plain),))
    torch.func.vjp(torch.sin, plain)[1](torch.ones_like(plain))
    torch.func.jacrev(torch.sin)(plain), torch.func.jacfwd(torch.sin)(plain)
    torch.func.hessian(lambda t: t.sin().sum())(plain)
    torch.autograd.functional.jacobian(torch.sin, plain, vectorize=True)
    torch.autograd.functional.hessian(lambda t: t.sin().sum(), plain)
    torch.autograd.functional.hvp(lambda t: t.sin().sum(), plain, torch.ones(5))
    with torch.autograd.forward_ad.dual_level():
        dual = torch.autograd.forward_ad.make_dual(plain, torch.ones_like(plain))
        torch.autograd.forward_ad.unpack_dual(torch.sin(dual))
    parameter = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([parameter], lr=0.1)
    (parameter**2).sum().backward()
    optimizer.step()
    optimizer.zero_grad()
    torch.allclose(plain, plain)
    torch.nn.functional.mse_loss(torch.nn.Linear(5, 1)(plain), torch.ones(1)).backward()
    torch.save(plain, io.BytesIO())
    _use_recorders(plain)


def _use_recorders(plain: torch.Tensor) -> None:
    from grader.sandbox.problems import problem_of
    from grader.sandbox.sources import Sources

    recorder = autograd_log.Recorder(
        mark=2.0,
        ops=True,
        name_of=lambda _: "x"[:NAME_CHARACTERS],
        cell=lambda: None,
        problem_of=lambda error: problem_of(error, Sources(), None),
    )
    with recorder:
        x = plain.clone().requires_grad_()
        torch.sin(x).sum().backward()
        torch.func.grad(lambda t: t.sin().sum())(plain)
    recorder.runs(), recorder.op_counts()


def _use_numpy() -> None:
    rng = np.random.default_rng(0)
    np.allclose(np.sin(rng.random(3)), np.gradient(np.linspace(0, 1, 3)))
    np.linalg.norm(np.random.rand(3))  # noqa: NPY002 -- students use it
    repr(np.arange(3.0))


def _use_matplotlib() -> None:
    x = np.linspace(0, 1, 5)
    with figures.Recorder(cell=lambda: None) as recorder:
        fig, (left, right) = plt.subplots(1, 2)
        left.plot(x, x, label="x")
        left.scatter(x, x, label="y")
        left.set(title="$x^2$", xlabel="x", ylabel="y")
        left.legend()
        left.grid(visible=True)
        right.axhline(0)
        right.set_title("标题")
        fig.suptitle("title")
        fig.tight_layout()
        fig.savefig(io.BytesIO())
        plt.style.use("ggplot")
        plt.style.use("default")
        plt.close("all")
    recorder.figures()


def _short_warning(
    message: Warning | str, category: type[Warning], filename: str, lineno: int, line: str | None = None
) -> str:
    """A warning as a student can use it: his own line, and no folder of this machine."""
    place = f"{filename}:{lineno}: " if "/" not in filename and line is None else ""
    return f"{place}{category.__name__}: {message}\n"
