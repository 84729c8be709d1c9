"""Where the figures go: measures with their names in both languages, and what is being done meanwhile."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.bench.measures import Measure
from submissions.texts import LOCALES, text

Words = Mapping[str, str]


@dataclass
class Board:
    """The figures so far. `progress` is told what is being done."""

    progress: Callable[[Words], None] = lambda _step: None
    measures: list[Measure] = field(default_factory=list)

    def tell(self, key: str, **blanks: object) -> None:
        """Say what is being done; `key` is the catalogue's."""
        self.progress(_words(key, blanks))

    def add(
        self, key: str, values: Sequence[float], unit: str, goal: str | None = None, samples: int = 0, **blanks: object
    ) -> None:
        """The median of `values`, with their least and most."""
        self.measures.append(
            Measure(
                key=key.removeprefix("bench."),
                name=_words(key, blanks),
                value=round(statistics.median(values), 2),
                unit=unit,
                goal=goal,
                samples=samples or len(values),
                spread=(min(values), max(values)) if len(values) > 1 else None,
            )
        )


def _words(key: str, blanks: Mapping[str, object]) -> Words:
    return {locale: text(key, locale, **blanks) for locale in LOCALES}


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie: the nearest rank."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
