"""Makes matplotlib harmless: no window, no waiting, no missing style, font or folder stops a student's program.

`install` runs before `figures.install`, whose wraps go around these.
"""

from __future__ import annotations

import contextlib
import logging
import os
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.animation
import matplotlib.pyplot as plt
import matplotlib.style
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

# Nobody looks at a student's files: they need to exist, not to be sharp.
FILE_DPI = 100


def install() -> None:
    """Put everything in place; once per process, before the first figure."""
    mpl.use("Agg", force=True)
    _fix_settings()
    _fix_fonts()
    _fix_waiting()
    mpl.style.use = _forgiving_style(mpl.style.use)  # type: ignore[assignment]
    Figure.savefig = _forgiving_save(Figure.savefig)  # type: ignore[method-assign]
    quiet_warnings()


def quiet_warnings() -> None:
    """Warnings about what only matters on a screen."""
    for text in (".*is non-interactive", "Glyph .* missing", "Animation was deleted", ".*GUI is implemented"):
        warnings.filterwarnings("ignore", message=text)


def _fix_settings() -> None:
    def stay(*_args: Any, **_kwargs: Any) -> None:
        """The backend is Agg, whatever is asked for."""

    mpl.use = stay
    plt.switch_backend = stay
    validators: dict[str, Callable[[Any], Any]] = mpl.rcParams.validate
    validators["backend"] = lambda _: "agg"
    # There is no LaTeX to call; matplotlib's own mathematics does.
    validators["text.usetex"] = lambda _: False


def _fix_fonts() -> None:
    # Only matplotlib's own fonts: whether the system's can be read depends on the isolation, and a font that can't
    # be read makes matplotlib search all of them anew.
    own = mpl.get_data_path()
    manager = font_manager.fontManager
    manager.ttflist = [entry for entry in manager.ttflist if entry.fname.startswith(own)]
    manager._findfont_cached.cache_clear()  # type: ignore[attr-defined]
    for name in ("matplotlib.font_manager", "matplotlib.mathtext", "matplotlib.category"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _fix_waiting() -> None:
    def nothing(*_args: Any, **_kwargs: Any) -> None:
        """There is no screen and nobody to wait for."""

    def no_points(*_args: Any, **_kwargs: Any) -> list[Any]:
        """Nobody clicks."""
        return []

    def no_text(*_args: Any, **_kwargs: Any) -> str:
        """No film is made."""
        return ""

    for owner in (plt, Figure):
        setattr(owner, "ginput", no_points)  # noqa: B010 - pyplot and Figure in one breath, which mypy can't follow
        setattr(owner, "waitforbuttonpress", nothing)  # noqa: B010 - as above
    # In interactive mode each single command would draw the whole figure.
    FigureCanvasAgg.draw_idle = nothing  # type: ignore[method-assign]
    FigureCanvasAgg.start_event_loop = nothing  # type: ignore[method-assign]
    animation = matplotlib.animation.Animation
    animation.save = nothing  # type: ignore[method-assign]
    animation.to_html5_video = no_text  # type: ignore[method-assign]
    animation.to_jshtml = no_text  # type: ignore[method-assign]


def _forgiving_style(original: Callable[[Any], None]) -> Callable[[Any], None]:
    def use(style: Any) -> None:
        """Styles that are not there leave the figure as it is."""
        styles = [style] if isinstance(style, (str, Path)) or hasattr(style, "keys") else style
        for one in styles:
            if isinstance(one, str) and one.startswith("seaborn") and not one.startswith("seaborn-v0_8"):
                one = one.replace("seaborn", "seaborn-v0_8", 1)  # noqa: PLW2901 -- their name until matplotlib 3.6
            with contextlib.suppress(OSError):
                original(one)

    return use


def _forgiving_save(original: Callable[..., None]) -> Callable[..., None]:
    def savefig(self: Figure, fname: Any, *args: Any, **kwargs: Any) -> None:
        """Writes into the working directory where that is possible, and otherwise does as if."""
        if not isinstance(fname, (str, os.PathLike)):
            original(self, fname, *args, **kwargs)
            return
        dpi = kwargs.get("dpi")
        if isinstance(dpi, (int, float)) and dpi > FILE_DPI:
            kwargs["dpi"] = FILE_DPI
        if _may_be_writable(Path(fname)):
            # RuntimeError: a program that would be needed for this kind of file is missing.
            with contextlib.suppress(OSError, RuntimeError):
                original(self, fname, *args, **kwargs)

    return savefig


def _may_be_writable(path: Path) -> bool:
    try:
        folder = path.absolute().parent
        own = [Path.cwd(), Path(tempfile.gettempdir())]
        return folder.is_dir() and any(folder.is_relative_to(root) for root in own)
    except OSError:
        return False
