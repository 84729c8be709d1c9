"""The picture of a graph: boxes that don't overlap, arrows that go down, and no graph that hangs the page."""

import itertools
import time

from submissions.portal.graph import BOX_HEIGHT, graph_view


def graph(*nodes, roots=(0,)):
    told = [{"name": name, "label": label, "nearer": list(nearer)} for name, label, nearer in nodes]
    return {"entry": "backward", "cell": None, "failed": False, "whole": True, "roots": list(roots), "nodes": told}


SQUARES = graph(("SumBackward0", "y", (1,)), ("MulBackward0", None, (2, 2)), ("AccumulateGrad", "x", ()))


def test_boxes_say_what_a_student_calls_things():
    view = graph_view(SQUARES)
    assert [(node.words, node.kind) for node in view.nodes] == [("y = Sum", "root"), ("Mul", "inner"), ("x", "leaf")]
    assert (view.leaves, view.steps) == (("x",), 2)
    assert graph_view(graph(("AccumulateGrad", None, ())), leaf="叶子").nodes[0].words == "叶子"


def test_a_node_stands_below_all_that_lead_to_it():
    view = graph_view(graph(("A", None, (1, 2)), ("B", None, (3,)), ("C", None, (1,)), ("D", None, ())))
    y = [node.y for node in view.nodes]
    assert y[0] < y[2] < y[1] < y[3]


def test_boxes_of_a_row_do_not_overlap_and_lie_in_the_picture():
    wide = graph(("Cat" * 5, None, range(1, 12)), *((f"Operation{at}Backward0", "名字", ()) for at in range(11)))
    view = graph_view(wide)
    rows = {}
    for node in view.nodes:
        rows.setdefault(node.y, []).append((node.left, node.left + node.width))
        assert node.left >= 0
        assert node.left + node.width <= view.width
        assert node.y + BOX_HEIGHT <= view.height
    for boxes in rows.values():
        ordered = sorted(boxes)
        assert all(left[1] < right[0] for left, right in itertools.pairwise(ordered))


def test_an_operand_that_is_used_twice_has_two_arrows():
    arrows = [arrow.path for arrow in graph_view(SQUARES).arrows]
    assert len(arrows) == len(set(arrows)) == 3


def test_a_graph_that_autograd_could_not_make_is_drawn_all_the_same():
    circle = graph(("A", None, (1,)), ("B", None, (2,)), ("C", None, (1, 0)), ("D", None, (3,)))
    assert len({(node.x, node.y) for node in graph_view(circle).nodes}) == 4
    assert graph_view(graph()).height == 0


def test_the_largest_graph_takes_no_time():
    dense = graph(*(("MulBackward0", None, [near for near in range(60) if near > at]) for at in range(60)))
    began = time.perf_counter()
    graph_view(dense)
    assert time.perf_counter() - began < 0.5


def test_names_that_a_student_made_up_are_short_and_show_what_is_in_them():
    (node,) = graph_view(graph(("AccumulateGrad", "\u202e<b>" + "x" * 100, ()))).nodes
    assert len(node.words) <= 24
    assert "\u202e" not in node.words + node.label
