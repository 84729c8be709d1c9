"""Everything a hidden check file needs: `from grader.checks.api import *`.

Only names of the check vocabulary are exported. A name that starts with `pytest_` would be taken for a hook of the
check file, so none may ever stand in `__all__`.
"""

import torch

from grader.checks.altered import AlteredWorlds
from grader.checks.answers import as_count, as_truth, counts_in
from grader.checks.attachments import attach_plot
from grader.checks.autodiff_evidence import came_from_autodiff, hand_written_rule, why_not_autodiff
from grader.checks.compare import close, why_wrong
from grader.checks.derivatives import (
    came_through_autodiff,
    lucky_difference,
    marked,
    marked_gently,
    why_not_the_derivative,
)
from grader.checks.evidence import CallEvidence, Evidence, ScriptEvidence
from grader.checks.feedback import Diagnosis, diagnose, fail
from grader.checks.functions import TEXTBOOK_SOURCE, Function, fn
from grader.checks.graphs import LiveGraph, matches_a_measurement
from grader.checks.inputs import Given, graph_of, leaf, number, rand
from grader.checks.messages import FREED, NO_GRAPH, NUMPY_ON_GRAD, SCALAR_RULE
from grader.checks.own_answers import why_not_analysis, why_not_gradient, why_not_own_design
from grader.checks.own_function import OwnFunction
from grader.checks.plots import Curves, Following
from grader.checks.references import grad, second_grad
from grader.checks.review import put_up_for_review
from grader.checks.runs import LeafPass, Runs
from grader.checks.student import Student
from grader.checks.textbook import (
    names_a_non_leaf,
    rand_off_the_edges,
    taken_gradients,
    the_textbooks_f,
    took_the_gradient,
    why_not_taken,
    why_wrong_gradient,
)
from grader.checks.values import kind_of, shown
from grader.checks.walks import why_not_in_the_engine, why_not_refused_there, why_not_walked

__all__ = [
    "FREED",
    "NO_GRAPH",
    "NUMPY_ON_GRAD",
    "SCALAR_RULE",
    "TEXTBOOK_SOURCE",
    "AlteredWorlds",
    "CallEvidence",
    "Curves",
    "Diagnosis",
    "Evidence",
    "Following",
    "Function",
    "Given",
    "LeafPass",
    "LiveGraph",
    "OwnFunction",
    "Runs",
    "ScriptEvidence",
    "Student",
    "as_count",
    "as_truth",
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
    "marked",
    "marked_gently",
    "matches_a_measurement",
    "names_a_non_leaf",
    "number",
    "put_up_for_review",
    "rand",
    "rand_off_the_edges",
    "second_grad",
    "shown",
    "taken_gradients",
    "the_textbooks_f",
    "took_the_gradient",
    "torch",
    "why_not_analysis",
    "why_not_autodiff",
    "why_not_gradient",
    "why_not_in_the_engine",
    "why_not_own_design",
    "why_not_refused_there",
    "why_not_taken",
    "why_not_the_derivative",
    "why_not_walked",
    "why_wrong",
    "why_wrong_gradient",
]
