"""Everything a hidden check file needs: `from grader.checks.api import *`.

Only names of the check vocabulary are exported. A name that starts with `pytest_` would be taken for a hook of the
check file, so none may ever stand in `__all__`.
"""

import torch

from grader.checks.attachments import attach_plot
from grader.checks.autodiff_evidence import came_from_autodiff, hand_written_rule, why_not_autodiff
from grader.checks.compare import close, why_wrong
from grader.checks.derivatives import came_through_autodiff, lucky_difference, why_not_the_derivative
from grader.checks.evidence import CallEvidence, Evidence, ScriptEvidence
from grader.checks.feedback import Diagnosis, diagnose, fail
from grader.checks.functions import TEXTBOOK_SOURCE, Function, fn
from grader.checks.graphs import LiveGraph, as_count, counts_in, matches_a_measurement
from grader.checks.inputs import Given, graph_of, leaf, number, rand
from grader.checks.messages import FREED, NO_GRAPH, NUMPY_ON_GRAD, SCALAR_RULE
from grader.checks.plots import Curves, Following
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
    "Curves",
    "Diagnosis",
    "Evidence",
    "Following",
    "Function",
    "Given",
    "LeafPass",
    "LiveGraph",
    "Runs",
    "ScriptEvidence",
    "Student",
    "as_count",
    "attach_plot",
    "came_from_autodiff",
    "came_through_autodiff",
    "close",
    "counts_in",
    "diagnose",
    "fail",
    "fn",
    "grad",
    "graph_of",
    "hand_written_rule",
    "kind_of",
    "leaf",
    "lucky_difference",
    "matches_a_measurement",
    "number",
    "rand",
    "second_grad",
    "shown",
    "torch",
    "why_not_autodiff",
    "why_not_the_derivative",
    "why_wrong",
]
