"""A stand-in for what notebooks use of IPython and matplotlib_inline: it prints where a notebook would show."""

from __future__ import annotations

import builtins
import sys
from types import ModuleType
from typing import Any

VERSION = (9, 0, 0)


class Shown:
    """An object for a notebook to show: keeps its data, prints it where it is text."""

    def __init__(self, data: Any = None, *_args: Any, **kwargs: Any) -> None:
        self.data = data if data is not None else kwargs.get("url", kwargs.get("filename", ""))

    def __repr__(self) -> str:
        name = type(self).__name__
        return self.data if name in _TEXTUAL and isinstance(self.data, str) else f"<{name} object>"


_TEXTUAL = ("Markdown", "Latex", "Math", "Pretty", "TextDisplayObject")
_SHOWN = (
    "Audio DisplayObject FileLink FileLinks Code GeoJSON HTML IFrame Image JSON Javascript Latex Markdown Math Pretty"
    " ProgressBar SVG ScribdDocument TextDisplayObject Video VimeoVideo YouTubeVideo"
).split()


def display(*objects: Any, **_options: Any) -> None:
    """Print each object."""
    for item in objects:
        print(item if isinstance(item, str) else repr(item))


def nothing(*_args: Any, **_kwargs: Any) -> None:
    """Has no effect here."""


class _Events:
    register = unregister = trigger = staticmethod(nothing)


class InteractiveShell:
    """The shell behind `get_ipython()`: magics are ignored, the body of a timed cell is run."""

    ast_node_interactivity = "last_expr"
    events = _Events()

    @classmethod
    def instance(cls) -> InteractiveShell:
        """The one shell."""
        return _SHELL

    @property
    def user_ns(self) -> dict[str, Any]:
        """The names of the program."""
        return vars(sys.modules["__main__"])

    def run_line_magic(self, name: str, line: str = "", *_args: Any) -> Any:
        """Evaluate what %time times; ignore every other magic."""
        return eval(line, self.user_ns) if name == "time" and line.strip() else None  # noqa: S307 -- the student's own

    def run_cell_magic(self, name: str, _line: str = "", cell: str = "") -> None:
        """Run the body of a timed or captured cell."""
        if name in ("time", "timeit", "capture", "prun"):
            exec(cell, self.user_ns)  # noqa: S102 -- the student's own

    def magic(self, line: str) -> Any:
        """`%name rest` as one text."""
        name, _, rest = line.lstrip("%").partition(" ")
        return self.run_line_magic(name, rest)

    def run_cell(self, cell: str, *_args: Any, **_kwargs: Any) -> None:
        """Run code."""
        exec(cell, self.user_ns)  # noqa: S102 -- the student's own

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return nothing


_SHELL = InteractiveShell()


def get_ipython() -> InteractiveShell:
    """The shell."""
    return _SHELL


def install() -> None:
    """Put the modules in place, and `display` and `get_ipython` among the builtins, as a notebook does."""
    classes = {name: type(name, (Shown,), {"__module__": "IPython.display"}) for name in _SHOWN}
    common = {"get_ipython": get_ipython, "version_info": VERSION, "__version__": "9.0.0"}
    shown = {"display": display, **classes}
    for name in (
        "clear_output",
        "set_matplotlib_formats",
        "set_matplotlib_close",
        "update_display",
        "publish_display_data",
    ):
        shown[name] = nothing
    shell = {"InteractiveShell": InteractiveShell}
    _module("IPython", common | shell | {"display": None, "embed": nothing, "start_ipython": nothing})
    _module("IPython.display", shown)
    _module("IPython.core", {})
    _module("IPython.core.display", shown)
    _module("IPython.core.display_functions", shown)
    _module("IPython.core.getipython", common)
    _module("IPython.core.interactiveshell", shell)
    _module("IPython.core.pylabtools", {"backend2gui": {}})
    formats = dict.fromkeys(("set_matplotlib_formats", "set_matplotlib_close", "show", "flush_figures"), nothing)
    _module("matplotlib_inline", {})
    _module("matplotlib_inline.backend_inline", formats)
    builtins.display = display  # type: ignore[attr-defined]
    builtins.get_ipython = get_ipython  # type: ignore[attr-defined]


def _module(name: str, members: dict[str, Any]) -> None:
    module = ModuleType(name)
    module.__dict__.update(members)
    # A path without entries makes it a package in which nothing else is found.
    module.__path__ = []
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)
