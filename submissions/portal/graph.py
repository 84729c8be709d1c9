"""A recorded graph of autograd as a picture: outputs at the top, leaves at the bottom, arrows the way gradients go.

Each node stands a row below the lowest node that leads to it. Within a row, nodes are ordered by the middle of those
they hang from (Sugiyama's barycentre rule), which keeps most arrows from crossing. The same graph is also told as
text, for those who do not see the picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from submissions.portal.plain import one_line

ROW, BOX_HEIGHT = 58, 32
GAP, MARGIN = 18, 12
CHARACTER, PADDING = 7.4, 22
SWEEPS = 4
LEAF = "AccumulateGrad"


@dataclass(frozen=True)
class Node:
    """A box. `kind`: "leaf", "root" or "inner". `words` is what stands in it; `name` is autograd's, `label` his own."""

    number: int
    name: str
    label: str
    kind: str
    words: str
    x: float
    y: float
    width: float
    nearer: tuple[int, ...]

    @property
    def left(self) -> float:
        """Where the box begins."""
        return round(self.x - self.width / 2, 1)


@dataclass(frozen=True)
class Arrow:
    """A curve from one box to the next: the `d` of its path."""

    path: str


@dataclass(frozen=True)
class GraphView:
    """The picture and what there is to say about it."""

    entry: str
    cell: int | None
    failed: bool
    whole: bool
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    width: int
    height: int
    box_height: int = BOX_HEIGHT

    @property
    def leaves(self) -> tuple[str, ...]:
        """What the student calls its leaves, where they have names."""
        return tuple(node.label for node in self.nodes if node.kind == "leaf" and node.label)

    @property
    def steps(self) -> int:
        """How many nodes are operations."""
        return sum(node.kind != "leaf" for node in self.nodes)


def graph_view(graph: Mapping[str, Any], leaf: str = "leaf") -> GraphView:
    """The picture of one graph of a report. `leaf` is what a leaf without a name is called."""
    told = graph["nodes"]
    edges = [(place, near) for place, node in enumerate(told) for near in node["nearer"] if near < len(told)]
    rows = _ordered(_rows(len(told), edges), edges)
    words = [_words(node, leaf) for node in told]
    widths = [max(64.0, round(_length(text) * CHARACTER + PADDING, 1)) for text in words]
    whole_width = max((sum(widths[at] + GAP for at in row) for row in rows), default=100) - GAP + 2 * MARGIN
    places = _places(rows, widths, whole_width)
    roots = set(graph["roots"])
    nodes = tuple(
        Node(
            number=at + 1,
            name=one_line(node["name"]),
            label=one_line(node["label"] or ""),
            kind="leaf" if node["name"] == LEAF else "root" if at in roots else "inner",
            words=words[at],
            x=places[at][0],
            y=places[at][1],
            width=widths[at],
            nearer=tuple(near + 1 for near in node["nearer"] if near < len(told)),
        )
        for at, node in enumerate(told)
    )
    return GraphView(
        entry=graph["entry"],
        cell=graph["cell"],
        failed=graph["failed"],
        whole=graph["whole"],
        nodes=nodes,
        arrows=tuple(_arrows(edges, places)),
        width=round(whole_width),
        height=(len(rows) - 1) * ROW + BOX_HEIGHT + 2 * MARGIN if rows else 0,
    )


def _words(node: Mapping[str, Any], leaf: str) -> str:
    """What stands in the box: "x" for a leaf, "y = Mul" for an output, otherwise the operation alone."""
    name, label = one_line(node["name"]), one_line(node["label"] or "")
    if node["name"] == LEAF:
        return _short(label or leaf)
    short = _short(name.rstrip("0123456789").removesuffix("Backward") or name)
    return f"{_short(label)} = {short}" if label else short


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:23] + "…"


def _length(text: str) -> float:
    """How wide the text is, in narrow characters."""
    return sum(1.0 if character.isascii() else 1.8 for character in text)


def _rows(count: int, edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Row of each node: the longest way from the top. Nodes on a circle, which autograd can't make, come last."""
    waiting = Counter(near for _, near in edges)
    depth = [0] * count
    ready = [at for at in range(count) if not waiting[at]]
    done = set(ready)
    following: dict[int, list[int]] = {}
    for place, near in edges:
        following.setdefault(place, []).append(near)
    for at in ready:  # grows while it is walked
        for near in following.get(at, ()):
            depth[near] = max(depth[near], depth[at] + 1)
            waiting[near] -= 1
            if not waiting[near] and near not in done:
                done.add(near)
                ready.append(near)
    last = max((depth[at] for at in done), default=-1)
    rows: list[list[int]] = []
    for at in range(count):
        row = depth[at] if at in done else last + 1
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].append(at)
    return [row for row in rows if row]


def _ordered(rows: list[list[int]], edges: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The rows with their nodes moved towards what they are joined to, from above and from below in turn."""
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for place, near in edges:
        below.setdefault(place, []).append(near)
        above.setdefault(near, []).append(place)
    for sweep in range(SWEEPS):
        joined = above if sweep % 2 == 0 else below
        share = {at: (place + 0.5) / len(row) for row in rows for place, at in enumerate(row)}
        for row in rows if sweep % 2 == 0 else rows[::-1]:
            middle = {
                at: sum(share[other] for other in joined[at]) / len(joined[at]) if at in joined else share[at]
                for at in row
            }
            row.sort(key=middle.__getitem__)
            share.update({at: (place + 0.5) / len(row) for place, at in enumerate(row)})
    return rows


def _places(rows: Sequence[Sequence[int]], widths: Sequence[float], whole: float) -> dict[int, tuple[float, float]]:
    """The middle of each box: rows are centred."""
    places = {}
    for depth, row in enumerate(rows):
        wide = sum(widths[at] + GAP for at in row) - GAP
        left = (whole - wide) / 2
        for at in row:
            places[at] = (round(left + widths[at] / 2, 1), float(MARGIN + depth * ROW))
            left += widths[at] + GAP
    return places


def _arrows(edges: Sequence[tuple[int, int]], places: Mapping[int, tuple[float, float]]) -> list[Arrow]:
    """A curve for each edge; those between the same two boxes are spread, so that x * x shows two."""
    total, drawn = Counter(edges), Counter[tuple[int, int]]()
    arrows = []
    for edge in edges:
        if total[edge] > 4 and drawn[edge] >= 4:
            continue
        spread = (drawn[edge] - (min(total[edge], 4) - 1) / 2) * 16
        drawn[edge] += 1
        (x1, y1), (x2, y2) = places[edge[0]], places[edge[1]]
        y1 += BOX_HEIGHT
        bend = max(14.0, abs(y2 - y1) / 2)
        arrows.append(
            Arrow(
                f"M{x1 + spread:g} {y1:g}C{x1 + 1.6 * spread:g} {y1 + bend:g} "
                f"{x2 + 1.6 * spread:g} {y2 - bend:g} {x2 + spread:g} {y2 - 5:g}"
            )
        )
    return arrows
