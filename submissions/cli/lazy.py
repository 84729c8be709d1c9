"""Commands that are imported when they are asked for: `submissions up` should not wait for what others need."""

from __future__ import annotations

from collections.abc import ItemsView, Mapping, ValuesView
from importlib import import_module
from typing import Any

import click

from submissions.cli.texts import ServiceTexts


class LazyCommands(dict[str, click.Command]):
    """Commands by name, each made by `command(texts)` of its module at the first look at it."""

    def __init__(self, modules: Mapping[str, str], texts: ServiceTexts) -> None:
        super().__init__(dict.fromkeys(modules, click.Command(None)))
        self._modules, self._texts = dict(modules), texts

    def __getitem__(self, name: str) -> click.Command:
        module = self._modules.pop(name, None)
        if module is not None:
            self[name] = import_module(module).command(self._texts)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The command, or `default`."""
        try:
            return self[name]
        except KeyError:
            return default

    def values(self) -> ValuesView[click.Command]:  # type: ignore[override]
        """Every command, all of them made."""
        self._make_all()
        return super().values()

    def items(self) -> ItemsView[str, click.Command]:  # type: ignore[override]
        """Every command with its name, all of them made."""
        self._make_all()
        return super().items()

    def _make_all(self) -> None:
        for name in list(self._modules):
            self[name]
