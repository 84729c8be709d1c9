"""Texts in which students explain: strings in whatever container, Markdown without its headings and code."""

from __future__ import annotations

from grader.wire.messages import MappingValue, SequenceValue, Value

# How short an explanation may be.
EXPLANATION_CHARACTERS = 10


def strings(value: Value) -> list[str]:
    """Every string in the value; containers are searched."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, SequenceValue):
        return [text for item in value.items for text in strings(item)]
    if isinstance(value, MappingValue):
        return [text for _, item in value.items for text in strings(item)]
    return []


def without_markup(markdown: str) -> str:
    """The prose of a markdown cell: a heading names the exercise, it does not explain; code in a fence is code."""
    kept, fenced = [], False
    for line in markdown.splitlines():
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.lstrip().startswith("#"):
            kept.append(line)
    return "\n".join(kept)


def long_enough(text: str) -> bool:
    """Whether the text can be an explanation at all."""
    return len("".join(text.split())) >= EXPLANATION_CHARACTERS
