"""Children for the tests of what happens inside one: forked from this process, without isolation."""

from __future__ import annotations

import gc
import json
import textwrap

import pytest

from grader.sandbox import child
from tests.support.forked_child import ForkedChild


@pytest.fixture(scope="session")
def warm():
    child.warm_up()
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def student(warm, tmp_path):
    """student(source, kind="py", world=None) -> a child that has run it."""
    children = []

    def start(source="", kind="py", world=None):
        children.append(ForkedChild(textwrap.dedent(source), kind, world, str(tmp_path)))
        return children[-1]

    yield start
    for one in children:
        one.close()


@pytest.fixture
def run(student):
    """run(source, ...) -> the RunReport."""
    return lambda source, kind="py", world=None: student(source, kind, world).report


@pytest.fixture
def notebook():
    """notebook("code", ("markdown", "text"), ...) -> the JSON of a notebook."""

    def make(*cells):
        rows = [("code", cell) if isinstance(cell, str) else cell for cell in cells]
        written = [{"cell_type": kind, "metadata": {}, "source": textwrap.dedent(text)} for kind, text in rows]
        return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": written})

    return make
