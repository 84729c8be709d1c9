"""What the `submissions` command says: its own catalogue, and the grammar's sentences of the `grader` command."""

from __future__ import annotations

from grader.cli.texts import Texts
from submissions.texts import catalogue, text


class ServiceTexts(Texts):
    """Both catalogues in one language. A key of the service has a dot in it, one of the grader has none."""

    def __call__(self, key: str, **blanks: object) -> str:
        """The sentence `key`; a blank that is itself a key is filled with that key's sentence."""
        if "." not in key:
            return super().__call__(key, **blanks)  # type: ignore[arg-type]
        return text(key, self.locale, **{name: self._filled(value) for name, value in blanks.items()})

    def _filled(self, value: object) -> object:
        if isinstance(value, float):
            return f"{value:.1f}"
        return text(value, self.locale) if isinstance(value, str) and value in catalogue() else value


class Voice:
    """Says sentences on standard output, at once. A reader who has gone away stops nothing."""

    def __init__(self, texts: ServiceTexts) -> None:
        self.texts = texts

    def __call__(self, key: str, **blanks: object) -> None:
        """Print the sentence."""
        self.line(self.texts(key, **blanks))

    def line(self, words: str) -> None:
        """Print a line as it stands."""
        try:
            print(words, flush=True)
        except (BrokenPipeError, ValueError):
            return
