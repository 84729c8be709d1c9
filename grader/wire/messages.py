"""Every message between the trusted side and a child: frozen dataclasses of plain values, nothing else.

The trusted side sends requests (`RunSubmission`, `Call`, `Read`); the child answers each with one reply
(`RunReport`, `CallReport`, `ReadReport`). What is not in `REGISTRY` does not exist on the wire. Arrays travel as raw
little-endian bytes in C order. A child can put any value into a reply, so a reply is testimony, not proof.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# Element types an array may have on the wire, with the size of one element in bytes.
DTYPES: dict[str, int] = {
    "bool": 1, "uint8": 1, "int8": 1, "int16": 2, "int32": 4, "int64": 8,
    "float16": 2, "bfloat16": 2, "float32": 4, "float64": 8, "complex64": 8, "complex128": 16,
}  # fmt: skip


# In the `lines` of a report, line n of a notebook's cell k (`CellOutcome.index`) is k * CELL_LINES + n.
CELL_LINES = 100_000

# ---------------------------------------------------------------------------------------------- values


@dataclass(frozen=True)
class Array:
    """A dense array. `data` holds prod(shape) elements, little-endian, C order."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


@dataclass(frozen=True)
class TensorValue:
    """A torch tensor as it was found. `type_name` is the exact class ("Tensor", "Parameter", or a subclass's name).

    `array` is None when the tensor is too large or has no dense storage; `shape` and `dtype` are told all the same.
    `same_as` names the `Let` whose tensor this very object is; "x.grad" when it is the .grad of the `Let` x.
    """

    type_name: str
    dtype: str
    shape: tuple[int, ...]
    array: Array | None
    requires_grad: bool
    is_leaf: bool
    grad_fn: str | None
    grad: Array | None = None
    same_as: str | None = None


@dataclass(frozen=True)
class NdarrayValue:
    """A numpy array or numpy scalar (shape ())."""

    array: Array


@dataclass(frozen=True)
class SequenceValue:
    """A list, tuple or set; `kind` is the exact class name for these three, else the subclass's name (namedtuple)."""

    kind: str
    items: tuple[Value, ...]


@dataclass(frozen=True)
class MappingValue:
    """A dict: its items in order."""

    items: tuple[tuple[Value, Value], ...]


@dataclass(frozen=True)
class ExceptionValue:
    """An exception object that was returned or stored as a value. `types` are class names, most derived first."""

    types: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class OpaqueValue:
    """Anything else: its class name, a capped repr (empty if repr raised) and whether it can be called."""

    type_name: str
    text: str
    callable: bool


Value = (
    None | bool | int | float | complex | str
    | TensorValue | NdarrayValue | SequenceValue | MappingValue | ExceptionValue | OpaqueValue
)  # fmt: skip


# --------------------------------------------------------------------------------- what a child is given


@dataclass(frozen=True)
class TensorSpec:
    """A tensor to be made inside the child.

    leaf=False makes a non-leaf (a clone of a leaf that requires grad). `contiguous=False` gives the same values with
    transposed strides (needs 2 or more dimensions). `stale_grad` pre-fills .grad with this number everywhere.
    """

    array: Array
    requires_grad: bool = False
    leaf: bool = True
    contiguous: bool = True
    stale_grad: float | None = None


@dataclass(frozen=True)
class Expression:
    """Python source evaluated in the child with `torch`, `math` and the earlier `Let` names in scope.

    Only the trusted side may send one. "lambda x: torch.sin(x**2)" gives a function, "F(x)" a live graph.
    """

    source: str


@dataclass(frozen=True)
class Ref:
    """The value of an earlier `Let` or, where none has this name, the student's global."""

    name: str


@dataclass(frozen=True)
class Items:
    """A list of arguments, handed over as a Python list."""

    items: tuple[Argument, ...]


Argument = None | bool | int | float | str | TensorSpec | Expression | Ref | Items


@dataclass(frozen=True)
class Let:
    """Names a value for later `Let`s, for the arguments, and for what the reply says about inputs."""

    name: str
    value: Argument


@dataclass(frozen=True)
class World:
    """The circumstances of one run of a submission. Everything but the defaults makes it an altered world.

    seed: seeds torch, numpy and random before the submission runs.
    mark: factor put on every upstream gradient of every autograd run, and on every forward-mode tangent.
    replaced: dotted name -> expression, put in its place before the submission runs, e.g.
        {"torch.sin": "lambda x: torch.tanh(2 * x)"}; the matching Tensor method (`Tensor.sin`) follows by itself.
    assertions: False runs the submission as `python -O` does, without its assert statements.
    ops / lines: record operations (dispatch and function mode) / executed lines of the submission.
    """

    seed: int = 0
    mark: float = 1.0
    replaced: dict[str, str] = field(default_factory=dict)
    assertions: bool = True
    ops: bool = False
    lines: bool = False


# ---------------------------------------------------------------------------------------------- requests


@dataclass(frozen=True)
class RunSubmission:
    """Run the whole submission, cell by cell. `kind` is "py" or "ipynb"; for "ipynb" `source` is the JSON text."""

    source: str
    kind: str
    world: World


@dataclass(frozen=True)
class Call:
    """Call the student's global `name` with `args`.

    `lets` are made first, in order. `bind` puts values under these global names of the student's namespace for the
    duration of the call (a `Ref` to a let is the usual value); a bound name need not be one of the student's.
    `mark`, `ops`, `lines` as in `World`, for this call. `forward`: of operations only those that no node of a graph
    runs, without their `api`.
    """

    name: str
    args: tuple[Argument, ...] = ()
    kwargs: dict[str, Argument] = field(default_factory=dict)
    lets: tuple[Let, ...] = ()
    bind: dict[str, Argument] = field(default_factory=dict)
    mark: float = 1.0
    ops: bool = False
    lines: bool = False
    forward: bool = False


@dataclass(frozen=True)
class Read:
    """Read the student's global `name`."""

    name: str


# ---------------------------------------------------------------------------------------------- evidence


@dataclass(frozen=True)
class Problem:
    """An exception that left the student's code.

    `types` are class names, most derived first. `cell` and `line` say where in the submission (line of the whole file
    for "py", of the cell for "ipynb"; None when no line of the student's is involved). `traceback` shows only the
    student's own lines. `text` and `column` (1-based) are set for a SyntaxError.
    """

    types: tuple[str, ...]
    message: str
    cell: int | None
    line: int | None
    column: int | None
    text: str | None
    traceback: str


@dataclass(frozen=True)
class CellOutcome:
    """One cell or, in a plain file, one top-level statement group. `status`: "ok", "failed" or "timed_out".

    `label` is the mark the author gave ("In[3]", "%% title") or None; `lines` is (first, last), 1-based.
    """

    index: int
    label: str | None
    lines: tuple[int, int]
    status: str
    problem: Problem | None


@dataclass(frozen=True)
class Series:
    """One drawn curve or cloud. kind: "line", "scatter" or "segments". x, y: float64, same length, data units.

    `label` is the artist's own label ("" when matplotlib gave it none); `names` are the legend entries that point to
    it, of its axes or of the figure. `style` is a short description ("C0 - o": colour, line style, marker).
    """

    kind: str
    x: Array
    y: Array
    label: str
    names: tuple[str, ...]
    style: str
    visible: bool


@dataclass(frozen=True)
class AxesData:
    """One axes: its texts, limits (left, right), scales and series, in drawing order."""

    title: str
    xlabel: str
    ylabel: str
    xlim: tuple[float, float]
    ylim: tuple[float, float]
    xscale: str
    yscale: str
    texts: tuple[str, ...]
    legend: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True)
class FigureData:
    """A figure at one moment. event: "show", "savefig", "close", "clear" or "end"."""

    number: int
    event: str
    cell: int | None
    title: str
    texts: tuple[str, ...]
    legend: tuple[str, ...]
    axes: tuple[AxesData, ...]


@dataclass(frozen=True)
class LeafState:
    """A leaf tensor reached by an autograd run: its value, and .grad before and after. `ident` is stable per child.

    Of a tensor with too many elements to be told in full, `samples` holds value, .grad before and .grad after at the
    same evenly spread places, each one-dimensional; a missing .grad is None there as well.
    """

    ident: int
    name: str | None
    dtype: str
    shape: tuple[int, ...]
    value: Array | None
    grad_before: Array | None
    grad_after: Array | None
    samples: tuple[Array | None, ...] = ()


@dataclass(frozen=True)
class Root:
    """An output an autograd run started from. `node` is the ident of its grad_fn, None without a graph."""

    node: int | None
    grad_fn: str | None
    dtype: str
    shape: tuple[int, ...]
    value: Array | None


@dataclass(frozen=True)
class AutogradRun:
    """One request to differentiate, whether or not it succeeded.

    entry: "backward" or "grad" (torch.autograd.grad, torch.func). stage: where the error, if any, came from:
    "implicit" (the scalar rule, before the engine), "upstream" (another fault of the upstream gradients, before the
    engine), "engine", or "" when there was none.
    upstream: the upstream gradients as handed to the engine, before a mark was put on them.
    nodes: idents of the reachable non-leaf nodes (the same node has the same ident in every run of a child).
    results: what autograd.grad returned. order counts the runs of a child from 0.
    """

    order: int
    entry: str
    stage: str
    cell: int | None
    roots: tuple[Root, ...]
    upstream: tuple[Array | None, ...]
    retain_graph: bool
    create_graph: bool
    nodes: tuple[int, ...]
    leaves: tuple[LeafState, ...]
    results: tuple[Array | None, ...]
    problem: Problem | None


@dataclass(frozen=True)
class GraphNode:
    """A node of a recorded graph. `name` is autograd's ("MulBackward0"; "AccumulateGrad" stands for a leaf tensor).

    `label` is the student's name of the leaf, or of the output the node made. `nearer` are the places, among the nodes
    of the graph, of those that come next on the way to the leaves.
    """

    name: str
    label: str | None
    nearer: tuple[int, ...]


@dataclass(frozen=True)
class Graph:
    """What a request to differentiate started from: the graph behind its outputs, breadth first, roots at the top.

    `whole` is False where nodes were left out. `failed`: the request ended in an error.
    """

    entry: str
    cell: int | None
    failed: bool
    whole: bool
    roots: tuple[int, ...]
    nodes: tuple[GraphNode, ...]


@dataclass(frozen=True)
class OpCount:
    """How often an operation ran. `op`: "aten::cos". `node`: name of the autograd node that ran it, None in a forward
    pass. `api`: innermost torch function the student's code had called, None where that can't be told.
    """

    op: str
    node: str | None
    api: str | None
    count: int


@dataclass(frozen=True)
class Place:
    """A piece of the submission's source whose instructions ran `count` times. Lines are numbered as in `lines`;
    columns count the bytes of UTF-8 from 0, as those of `ast` do, and the end is behind the last one.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    count: int


@dataclass(frozen=True)
class GlobalName:
    """A name the submission left at top level. kind: "function", "class", "tensor", "ndarray", "module" or "other"."""

    name: str
    kind: str


@dataclass(frozen=True)
class InputState:
    """What became of one `Let` tensor during a call: did its values change, and its .grad and flags afterwards."""

    name: str
    changed: bool
    value: Array | None
    grad: Array | None
    requires_grad: bool


# ---------------------------------------------------------------------------------------------- replies


@dataclass(frozen=True)
class RunReport:
    """What a run of the submission left behind. `notes` tell dropped lines ("%matplotlib inline", "!pip ...").

    `runs` may leave out the middle of a long sequence; `runs_total` counts all. `prose` is the text of markdown cells.
    `graphs` shows the first graphs that differ, for people to look at.
    """

    cells: tuple[CellOutcome, ...]
    figures: tuple[FigureData, ...]
    runs: tuple[AutogradRun, ...]
    runs_total: int
    ops: tuple[OpCount, ...]
    lines: tuple[int, ...]
    stdout: str
    stderr: str
    truncated: bool
    notes: tuple[str, ...]
    names: tuple[GlobalName, ...]
    prose: tuple[str, ...]
    graphs: tuple[Graph, ...] = ()


@dataclass(frozen=True)
class CallReport:
    """What came of a call: `missing` (no such name, or not callable), a `problem` that was raised, or a `value`.

    A call that ran over its time inside Python ends as a problem whose types start with "SubmissionTimeout".
    `places` are told together with `lines`.
    """

    missing: bool
    value: Value
    problem: Problem | None
    inputs: tuple[InputState, ...]
    runs: tuple[AutogradRun, ...]
    runs_total: int
    ops: tuple[OpCount, ...]
    lines: tuple[int, ...]
    figures: tuple[FigureData, ...]
    stdout: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class ReadReport:
    """The value of a global, or `missing`."""

    missing: bool
    value: Value


Request = RunSubmission | Call | Read
Reply = RunReport | CallReport | ReadReport

REGISTRY: dict[str, type] = {
    cls.__name__: cls
    for cls in (
        Array, TensorValue, NdarrayValue, SequenceValue, MappingValue, ExceptionValue, OpaqueValue,
        TensorSpec, Expression, Ref, Items, Let, World, RunSubmission, Call, Read,
        Problem, CellOutcome, Series, AxesData, FigureData, LeafState, Root, AutogradRun, OpCount, GlobalName,
        Place, InputState, GraphNode, Graph, RunReport, CallReport, ReadReport,
    )
}  # fmt: skip
