"""The plan of a notebook: its code cells in order, its Markdown as prose."""

from __future__ import annotations

import json
from typing import Any

from grader.sandbox.cells import Cell, Plan, normalised
from grader.sandbox.recovery import Readable, read_cell


def plan_notebook(source: str) -> Plan:
    """The plan of an `.ipynb` file, of format 4 or 3. A text that is no notebook becomes one failed cell."""
    plan = Plan(flushes=True)
    try:
        cells = _cells(json.loads(source.removeprefix("\ufeff")))
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        reason = ValueError(f"not a notebook: {error}")
        plan.cells.append(Cell(0, None, (1, 1), "cell 1", Readable("", None, reason)))
        return plan
    index = -1
    for cell in cells:
        kind = cell.get("cell_type")
        if kind == "code":
            index += 1
            _add_code(plan, index, cell)
        elif kind in ("markdown", "heading"):
            plan.prose.append(_text(cell))
    return plan


def _add_code(plan: Plan, index: int, cell: dict[str, Any]) -> None:
    text, name = normalised(_text(cell)), f"cell {index + 1}"
    code = read_cell(text, name)
    plan.note(code)
    if code.tree is not None and not code.tree.body:
        return
    count = cell.get("execution_count", cell.get("prompt_number"))
    label = f"In[{count}]" if type(count) is int else None
    plan.files[name] = text
    plan.cells.append(Cell(index, label, (1, text.count("\n") + 1), name, code))


def _cells(notebook: Any) -> list[dict[str, Any]]:
    """Every cell. Format 3 keeps them in worksheets."""
    if "cells" in notebook:
        found = notebook["cells"]
    else:
        found = [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
    if type(found) is not list:
        raise TypeError("its cells are no list")
    return [cell for cell in found if type(cell) is dict]


def _text(cell: dict[str, Any]) -> str:
    text = cell.get("source", cell.get("input", ""))
    if type(text) is list:
        return "".join(part for part in text if type(part) is str)
    return text if type(text) is str else ""
