"""Everything a hidden check file needs: `from grader.checks.api import *`.

Only names of the check vocabulary are exported. A name that starts with `pytest_` would be taken for a hook of the
check file, so none may ever stand in `__all__`.
"""

import torch

from grader.checks.compare import close, why_wrong
from grader.checks.evidence import CallEvidence, Evidence, ScriptEvidence
from grader.checks.feedback import Diagnosis, diagnose, fail
from grader.checks.functions import TEXTBOOK_SOURCE, Function, fn
from grader.checks.inputs import Given, graph_of, leaf, number, rand
from grader.checks.messages import FREED, NO_GRAPH, NUMPY_ON_GRAD, SCALAR_RULE
from grader.checks.references import grad, second_grad
from grader.checks.runs import LeafPass, Runs
from grader.checks.student import Student
from grader.checks.values import kind_of, shown

__all__ = [
    "FREED",
    "NO_GRAPH",
    "NUMPY_ON_GRAD",
    "SCALAR_RULE",
    "TEXTBOOK_SOURCE",
    "CallEvidence",
    "Diagnosis",
    "Evidence",
    "Function",
    "Given",
    "LeafPass",
    "Runs",
    "ScriptEvidence",
    "Student",
    "close",
    "diagnose",
    "fail",
    "fn",
    "grad",
    "graph_of",
    "kind_of",
    "leaf",
    "number",
    "rand",
    "second_grad",
    "shown",
    "torch",
    "why_wrong",
]
