"""Timing, devices and the small training helpers of the `d2l.torch` stand-in."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import matplotlib.pyplot as plt
import torch

from grader.sandbox.standins.d2l_plots import set_axes

__all__ = [
    "Accumulator", "Animator", "Timer", "accuracy", "cpu", "gpu", "linreg", "load_array", "num_gpus", "sgd",
    "squared_loss", "synthetic_data", "try_all_gpus", "try_gpu",
]  # fmt: skip


class Timer:
    """Measures several stretches of time, in seconds."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.start()

    def start(self) -> None:
        """Begin a stretch."""
        self.tik = time.time()

    def stop(self) -> float:
        """End the stretch and tell its length."""
        self.times.append(time.time() - self.tik)
        return self.times[-1]

    def avg(self) -> float:
        """The mean length."""
        return sum(self.times) / len(self.times)

    def sum(self) -> float:
        """The total length."""
        return sum(self.times)

    def cumsum(self) -> list[float]:
        """The lengths added up one by one."""
        return [sum(self.times[: count + 1]) for count in range(len(self.times))]


class Accumulator:
    """Adds up several numbers at once."""

    def __init__(self, n: int) -> None:
        self.data = [0.0] * n

    def add(self, *args: float) -> None:
        """Add one number to each sum."""
        self.data = [total + float(number) for total, number in zip(self.data, args, strict=False)]

    def reset(self) -> None:
        """Begin again at zero."""
        self.data = [0.0] * len(self.data)

    def __getitem__(self, index: int) -> float:
        return self.data[index]


class Animator:
    """Draws curves that grow point by point."""

    def __init__(  # noqa: PLR0913, PLR0917 -- the book's signature
        self,
        xlabel: Any = None,
        ylabel: Any = None,
        legend: Any = None,
        xlim: Any = None,
        ylim: Any = None,
        xscale: Any = "linear",
        yscale: Any = "linear",
        fmts: Any = ("-", "m--", "g-.", "r:"),
        nrows: int = 1,
        ncols: int = 1,
        figsize: tuple[float, float] = (3.5, 2.5),
    ) -> None:
        self.fig, axes = plt.subplots(nrows, ncols, figsize=figsize, squeeze=False)
        self.axes = list(axes.flatten())
        self.fmts = fmts
        self.config_axes = partial(set_axes, self.axes[0], xlabel, ylabel, xlim, ylim, xscale, yscale, legend or [])
        self.points: list[tuple[list[Any], list[Any]]] = []

    def add(self, x: Any, y: Any) -> None:
        """Add one point to each curve; None leaves a curve as it is."""
        ys = y if hasattr(y, "__len__") else [y]
        xs = x if hasattr(x, "__len__") else [x] * len(ys)
        while len(self.points) < len(ys):
            self.points.append(([], []))
        for (old_x, old_y), new_x, new_y in zip(self.points, xs, ys, strict=False):
            if new_x is not None and new_y is not None:
                old_x.append(new_x)
                old_y.append(new_y)
        self.axes[0].cla()
        for (all_x, all_y), style in zip(self.points, self.fmts, strict=False):
            self.axes[0].plot(all_x, all_y, style)
        self.config_axes()


def cpu() -> torch.device:
    """The processor."""
    return torch.device("cpu")


def gpu(i: int = 0) -> torch.device:
    """A graphics card, whether or not there is one."""
    return torch.device(f"cuda:{i}")


def num_gpus() -> int:
    """There are none here."""
    return 0


def try_gpu(i: int = 0) -> torch.device:  # noqa: ARG001 -- the book's signature
    """A graphics card if there is one: here the processor."""
    return cpu()


def try_all_gpus() -> list[torch.device]:
    """All graphics cards, else the processor."""
    return [cpu()]


def synthetic_data(w: torch.Tensor, b: Any, num_examples: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Noisy examples of y = Xw + b."""
    features = torch.normal(0, 1, (num_examples, len(w)))
    labels = features @ w + b
    return features, (labels + torch.normal(0, 0.01, labels.shape)).reshape(-1, 1)


def linreg(X: torch.Tensor, w: torch.Tensor, b: Any) -> torch.Tensor:  # noqa: N803
    """The linear model."""
    outputs: torch.Tensor = torch.matmul(X, w) + b
    return outputs


def squared_loss(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Half the squared difference."""
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd(params: Any, lr: float, batch_size: int) -> None:
    """One step of minibatch gradient descent, in place; clears the gradients."""
    with torch.no_grad():
        for parameter in params:
            parameter -= lr * parameter.grad / batch_size  # noqa: PLW2901 -- in place is the point
            parameter.grad.zero_()


def load_array(data_arrays: Any, batch_size: int, is_train: bool = True) -> Any:
    """Minibatches of the arrays."""
    from torch.utils import data

    return data.DataLoader(data.TensorDataset(*data_arrays), batch_size, shuffle=is_train)


def accuracy(y_hat: torch.Tensor, y: torch.Tensor) -> float:
    """How many predictions are right."""
    guesses = y_hat.argmax(dim=1) if y_hat.dim() > 1 and y_hat.shape[1] > 1 else y_hat
    return float((guesses.type(y.dtype) == y).type(y.dtype).sum())
