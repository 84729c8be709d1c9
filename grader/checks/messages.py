"""The error messages a beginner of autodiff meets, by stable fragments, and the 36 known mistakes behind them.

Every fragment is checked against the installed torch by a test, so an upgrade that changes a wording is noticed there
and not in a student's grade.
"""

from __future__ import annotations

from dataclasses import dataclass

SCALAR_RULE = "grad can be implicitly created only for scalar outputs"
FREED = "Trying to backward through the graph a second time"
NUMPY_ON_GRAD = "Can't call numpy() on Tensor that requires grad"
INTEGER_LEAF = "can require gradients"
NO_GRAPH = "does not require grad and does not have a grad_fn"
LEAF_IN_PLACE = "leaf Variable that requires grad is being used in an in-place operation"
SAVED_MODIFIED = "modified by an inplace operation"
UPSTREAM_SHAPE = "Mismatch in shape: grad_output[0] has a shape of"
UPSTREAM_KIND = "gradients can be either Tensors or None"
GRAD_IS_NONE = "'NoneType' object has no attribute"
NO_ZERO_GRAD = "'Tensor' object has no attribute 'zero"
NUMBER_HAS_NO_BACKWARD = "'float' object has no attribute 'backward'"
NOT_ONE_ELEMENT = "only one element tensors can be converted to Python scalars"
NODE_HAS_NO_BACKWARD = "object has no attribute 'backward'"
AMBIGUOUS_BOOL = "Boolean value of Tensor with more than one value is ambiguous"
UNUSED_INPUT = "appears to not have been used in the graph"
BOOL_CALLED = "'bool' object is not callable"
OUT_WITH_GRAD = "arguments don't support automatic differentiation"


@dataclass(frozen=True)
class Mistake:
    """One known mistake. `fragment` is "" where torch says nothing; `advice` names what the catalogue says about it.

    `number` is its place in the list of beginners' mistakes. `code` is the diagnosis that tells a silent one, "" where
    the exception itself is the diagnosis (`raised`).
    """

    number: int
    advice: str
    fragment: str = ""
    code: str = ""


# The order matters where one fragment contains another: the first that fits is taken.
MISTAKES: tuple[Mistake, ...] = (
    Mistake(1, "scalar-rule", SCALAR_RULE),
    Mistake(2, "freed-graph", FREED),
    Mistake(3, "second-pass-may-succeed", code="error-hard-coded"),
    Mistake(4, "second-pass-may-fail", code="not-retained"),
    Mistake(5, "zeroing-does-not-keep-the-graph", code="not-retained"),
    Mistake(6, "gradients-add-up", code="accumulated"),
    Mistake(7, "wrong-upstream", code="wrong-gradient"),
    Mistake(8, "compare-with-tolerance", code="ratio-should-match"),
    Mistake(9, "numpy-needs-detach", NUMPY_ON_GRAD),
    Mistake(10, "integer-leaf", INTEGER_LEAF),
    Mistake(11, "no-graph", NO_GRAPH),
    Mistake(12, "non-leaf-has-no-grad", code="no-gradient"),
    Mistake(13, "not-in-the-graph", code="no-gradient"),
    Mistake(14, "method-not-called", code="never-run-twice"),
    Mistake(15, "leaf-in-place", LEAF_IN_PLACE),
    Mistake(16, "saved-tensor-changed", SAVED_MODIFIED),
    Mistake(17, "some-in-place-is-fine"),
    Mistake(18, "data-is-not-recorded", code="input-modified"),
    Mistake(19, "upstream-shape", UPSTREAM_SHAPE),
    Mistake(19, "upstream-kind", UPSTREAM_KIND),
    Mistake(20, "grad-is-none", GRAD_IS_NONE),
    Mistake(21, "no-zero-grad-on-tensors", NO_ZERO_GRAD),
    Mistake(22, "left-the-tensors", NUMBER_HAS_NO_BACKWARD),
    Mistake(22, "left-the-tensors", NOT_ONE_ELEMENT),
    Mistake(23, "node-is-no-tensor", NODE_HAS_NO_BACKWARD),
    Mistake(24, "backward-returns-none", code="no-gradient"),
    Mistake(25, "condition-needs-one-value", AMBIGUOUS_BOOL),
    Mistake(26, "retain-is-not-create", NO_GRAPH, code="accumulated"),
    Mistake(27, "cost-is-not-exponential"),
    Mistake(28, "unused-input", UNUSED_INPUT),
    Mistake(29, "grad-returns-a-tuple", code="not-a-tensor"),
    Mistake(30, "difference-is-not-autodiff", code="finite-difference"),
    Mistake(31, "branch-must-be-reached", code="unreached-branch"),
    Mistake(32, "ratio-only-for-linear", code="ratio-always-true"),
    Mistake(33, "singular-point", code="grad-not-finite"),
    Mistake(34, "requires-grad-is-no-method", BOOL_CALLED),
    Mistake(35, "copy-cuts-the-graph", code="no-gradient"),
    Mistake(36, "out-argument", OUT_WITH_GRAD),
)


def advice_for(message: str) -> str:
    """The name of the catalogue's advice for an exception's message, "" when the message is not a known one."""
    for mistake in MISTAKES:
        if mistake.fragment and mistake.fragment in message:
            return mistake.advice
    return ""
