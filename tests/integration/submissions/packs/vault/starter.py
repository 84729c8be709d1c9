"""The vault."""


def gradient(x): ...
