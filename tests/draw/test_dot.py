"""The DOT text, and pictures of it: what a reader of a picture relies on."""

import re
import time

import pytest

from microbp import Value, draw, to_dot
from microbp import sum as value_sum
from microbp.engine.scope import Scope
from microbp.engine.value import leaf
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    ChoiceError,
    EmptyGraphError,
    GraphTooLargeError,
)
from microbp.graph import Graph


def product():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.backward()
    return c


def texts(dot):
    """What one reads in the boxes, without their markup."""
    return re.sub(r"<[^<>]*>", " ", dot)


def box(dot, name):
    """The text of one box."""
    (line,) = re.findall(rf"^\t+{name} \[label=<(.*)> tooltip=.*\]$", dot, re.M)
    return " ".join(texts(line).split())


def edges(dot):
    return re.findall(r'^\t+(\w+) -> (\w+) \[(?:label="([^"]*)")?', dot, re.M)


def test_the_text_of_a_small_graph():
    expected = """\
digraph {
	graph [rankdir=LR]
	graph [bgcolor="#ffffff" fontname="Helvetica,Arial,sans-serif" fontsize=10 \
fontcolor="#667080" nodesep=0.18 ranksep=0.4 pad=0.2 tooltip=" "]
	node [shape=plain fontname="Helvetica,Arial,sans-serif" fontsize=11 \
fontcolor="#1c2330"]
	edge [fontname="Helvetica,Arial,sans-serif" fontsize=9 fontcolor="#667080" \
color="#667080" arrowsize=0.6 penwidth=0.8]
	n0 [label=<<table border="2" cellborder="0" cellspacing="0" cellpadding="3" \
color="#1c2330" bgcolor="#ffffff" style="rounded"><tr><td align="left"><table \
border="0" cellborder="0" cellspacing="0" cellpadding="2" color="#a9bda2" \
bgcolor="#dde9d7" style="rounded"><tr><td align="left"><font color="#1c2330">○</font>\
</td><td align="right"><font color="#1c2330"><font point-size="12"><b>x₁</b></font>\
</font></td></tr></table></td></tr><tr><td align="left"><table border="0" \
cellborder="0" cellspacing="0" cellpadding="2"><tr><td>2.0000</td></tr></table>\
</td></tr></table>> \
tooltip="x1  (leaf)\\ndata 2.0\\ngradient 0.0"]
}
"""

    assert expected == to_dot(Value(2.0, label="x1"), legend=False)


def test_boxes_show_name_data_and_gradient():
    dot = to_dot(product())

    assert "○ a 2.0000 ∇ −3.0000" == box(dot, "n0")
    assert "○ b −3.0000 ∇ +2.0000" == box(dot, "n1")
    assert "× v1 −6.0000 ∇ +1.0000" == box(dot, "n2")


def test_edges_show_the_local_derivative():
    assert [("n0", "n2", " ×−3.00 "), ("n1", "n2", " ×2.00 ")] == edges(
        to_dot(product())
    )


def test_an_operand_used_twice_has_two_edges():
    a = Value(2.0, label="a")

    assert [("n0", "n1", " ×1.00 ")] * 2 == edges(to_dot(a + a))


def test_a_derivative_that_is_nan_leaves_its_edge_without_label():
    dot = to_dot(Value(-2.0, label="x") ** 2)

    assert [("n0", "n2", " ×−4.00 "), ("n1", "n2", "")] == edges(dot)


def test_the_text_is_the_same_every_time():
    assert to_dot(product()) == to_dot(product())


def test_a_bare_constant_has_no_gradient():
    dot = to_dot(Value(2.0, label="x") * 0.5)

    assert "0.5" == box(dot, "n1")


def test_a_parameter_and_a_labelled_constant_show_their_gradient():
    w, pixel = leaf(2.0, "w", "parameter"), leaf(0.5, "pixel", "constant")
    y = w * pixel
    y.backward()
    dot = to_dot(y)

    assert "◆ w 2.0000 ∇ +0.5000" == box(dot, "n0")
    assert "○ pixel 0.5000 ∇ +2.0000" == box(dot, "n1")


def test_infinities_and_nan_are_written_out():
    y = Value(float("inf"), label="x") * Value(float("nan"), label="y")
    dot = to_dot(y)

    assert "○ x ∞" == box(dot, "n0")
    assert "× v1 nan" == box(dot, "n2")


@pytest.mark.parametrize(
    ("precision", "expected"),
    [(0, "○ a 2 ∇ −3"), (1, "○ a 2.0 ∇ −3.0"), (8, "○ a 2.00000000 ∇ −3.00000000")],
)
def test_precision_is_the_digits_after_the_point(precision, expected):
    assert expected == box(to_dot(product(), precision=precision), "n0")


def test_all_roots_have_a_strong_border():
    a = Value(2.0, label="a")
    dot = to_dot([a * a, a + a])

    strong = re.findall(r'(n\d) \[label=<<table border="2"', dot)
    assert ["n1", "n2"] == sorted(strong)


def test_a_gradient_is_coloured_by_sign_and_size():
    a, b = Value(1.0, label="a"), Value(-100.0, label="b")
    y = a * b
    y.backward()
    dot = to_dot(y, legend=False)

    assert ["#f3a873"] == re.findall(r'bgcolor="(#f3a873)"', dot)  # a: −100
    assert 2 * ["#cfe2f3"] == re.findall(r'bgcolor="(#cfe2f3)"', dot)  # +1


def test_the_legend_names_what_the_picture_has():
    legend = to_dot(product()).splitlines()[2]

    words = " ".join(texts(legend).replace("&#160;", " ").split())
    assert "× operation ○ input ∇ gradient = ∂v₁/∂(box)" in words
    assert "−3 −0.3 0 +0.3 +3 × local derivative" in words
    assert "parameter" not in words


def test_before_backward_the_legend_says_what_to_call():
    a = Value(2.0, label="a")

    assert "call backward() to see gradients" in to_dot(a * a)


def test_a_title_stands_above():
    dot = to_dot(product(), title="a & b", legend=False)

    assert "<b>a &amp; b</b>" in dot
    assert "labelloc=t" in dot


def test_highlight_draws_the_paths_of_one_leaf_thick():
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    z = x * y + x

    for leaf_or_label in (y, "y"):
        dot = to_dot(z, highlight=leaf_or_label)
        thick = re.findall(r"(\w+ -> \w+) \[.*penwidth=2\]", dot)
        assert ["n1 -> n2", "n2 -> n3"] == thick


def test_a_tooltip_tells_all_digits_and_the_formula():
    (tip,) = re.findall(r'\tn2 \[.*tooltip="([^"]*)"\]', to_dot(product()))

    assert r"v1 = a × b  (*)\ndata −6.0\ngradient 1.0" == tip


def test_the_tooltip_of_an_edge_is_the_chain_rule():
    (tip,) = re.findall(r'n0 -> n2 \[.* tooltip="([^"]*)"', to_dot(product()))

    assert r"∂(v1)/∂(a) = −3.0\na receives 1.0 × −3.0 = −3.0" == tip


def test_modules_are_drawn_as_one_box_with_their_counts():
    x = Value(1.0, label="x")
    with Scope("mlp", "net"), Scope("layer", "layer 1", "Layer(1, 2)"):
        h = [x * leaf(w, "w", "parameter") for w in (2.0, -3.0)]
    y = value_sum(h)
    y.backward()
    dot = to_dot(y, fold="layer")

    counts = "2 outputs · 2 parameters · 2 operations"
    assert f"layer 1 Layer(1, 2) {counts} ∇ rms 1.0000" == box(dot, "g0")
    assert [("n0", "g0", " "), ("g0", "n5", " 2 values ")] == [
        (source, target, " " if source == "n0" else label)
        for source, target, label in edges(dot)
    ]
    assert "subgraph cluster_0 {" in dot
    assert "<b>net</b>" in dot


def test_an_opened_module_is_a_frame_within_the_frame_of_the_outer_one():
    with Scope("mlp", "net"), Scope("layer", "layer 1"):
        y = Value(1.0, label="x") * leaf(2.0, "w", "parameter")
    dot = to_dot(y, open="net/layer 1")

    assert ["cluster_0", "cluster_0_0"] == re.findall(r"subgraph (\w+)", dot)
    assert "◆ w 2.0000" == box(dot, "n1")


@pytest.mark.slow
def test_a_network_for_one_image_is_folded_and_written_in_seconds():
    x = [Value(0.5, label=f"x{i + 1}") for i in range(784)]
    for number, width in enumerate((64, 64, 10), start=1):
        with Scope("layer", f"layer {number}"):
            rows = [[leaf(0.01, "w", "parameter") for _ in x] for _ in range(width)]
            x = [
                value_sum([w * v for w, v in zip(row, x, strict=True)]) for row in rows
            ]
    start = time.perf_counter()
    dot = to_dot(x, fold="layer")

    assert ["784 values", "64 values", "64 values"] == [
        e[2].strip() for e in edges(dot)
    ]
    assert time.perf_counter() - start < 20.0  # about one second


def test_a_snapshot_is_drawn_like_the_values():
    c = product()

    assert to_dot(c) == to_dot(Graph(c))


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
@pytest.mark.parametrize("rankdir", ["LR", "RL", "TB", "BT"])
def test_draw_has_the_text_of_to_dot(theme, rankdir):
    options = {"theme": theme, "rankdir": rankdir, "precision": 2, "title": "t"}

    assert to_dot(product(), **options) == draw(product(), **options).source


def test_a_picture_can_be_changed_as_any_digraph():
    picture = draw(product())
    picture.attr(dpi="300")
    picture.node("note", "hello")

    assert "dpi=300" in picture.source
    assert "note [label=hello]" in picture.source


def test_the_print_theme_has_no_colours_and_tells_signs_by_borders():
    dot = to_dot(product(), theme="print")

    colours = set(re.findall(r"#([0-9a-f]{6})", dot))
    assert set() == {c for c in colours if not c[:2] == c[2:4] == c[4:]}
    assert '"rounded,dashed"' in dot


def test_too_many_boxes_are_refused_with_what_to_do():
    x = Value(1.0)
    for _ in range(100):
        x = x + 1.0

    message = r"201 boxes and 200 arrows, and max_nodes=150 .*max_nodes=None"
    with pytest.raises(GraphTooLargeError, match=message):
        to_dot(x)
    assert 200 == len(edges(to_dot(x, max_nodes=None)))
    assert 200 == len(edges(to_dot(x, max_nodes=201)))


def test_too_many_boxes_name_the_modules_that_can_be_folded():
    x = Value(1.0)
    with Scope("mlp", "net"), Scope("layer", "layer 1"):
        for _ in range(100):
            x = x + 1.0

    message = "with fold='mlp' or fold='layer', keep single ones open with open="
    with pytest.raises(GraphTooLargeError, match=message):
        to_dot(x)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"theme": "pink"}, "theme 'pink': choose one of 'dark', 'light', 'print'"),
        ({"theme": None}, "unknown theme None: choose one of"),
        ({"rankdir": "XY"}, "rankdir 'XY': choose one of 'BT', 'LR', 'RL', 'TB'"),
        ({"fold": "layer"}, "unknown fold 'layer': fold= draws each module"),
        ({"highlight": "q"}, "label to highlight 'q': choose one of 'a', 'b', 'v1'"),
    ],
)
def test_a_name_that_is_not_on_the_list_is_an_error(option, message):
    with pytest.raises(ChoiceError, match=message):
        to_dot(product(), **option)


@pytest.mark.parametrize("format", ["jpgg", None, ["svg"]])
def test_a_format_that_graphviz_does_not_have_is_an_error(format):
    with pytest.raises(ChoiceError, match=r"unknown format .*'svg'"):
        draw(product(), format=format)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"precision": -1}, "precision is a whole number from 0 upwards, not -1"),
        ({"precision": 2.5}, r"precision is a whole number from 0 upwards, not 2\.5"),
        ({"precision": True}, "precision is a whole number from 0 upwards, not True"),
        ({"max_nodes": 0}, "from 1 upwards, or None for no limit, not 0"),
        ({"operands": 0}, "operands is a whole number from 1 upwards, not 0"),
    ],
)
def test_a_count_that_is_none_is_an_error(option, message):
    with pytest.raises(ArgumentError, match=message):
        to_dot(product(), **option)


def test_a_title_that_is_no_text_is_an_error():
    with pytest.raises(ArgumentTypeError, match="title is a str, not int 3"):
        to_dot(product(), title=3)


def test_a_highlight_that_is_no_value_is_an_error():
    with pytest.raises(ArgumentTypeError, match="a Value or its label, not float"):
        to_dot(product(), highlight=2.0)


def test_a_highlight_outside_of_the_graph_is_an_error():
    with pytest.raises(EmptyGraphError, match="does not depend on Value"):
        to_dot(product(), highlight=Value(1.0))


@pytest.mark.parametrize("thing", [3.0, "x", None])
def test_what_is_no_value_is_an_error(thing):
    with pytest.raises(ArgumentTypeError, match="from a Value or a list of Values"):
        draw(thing)


def test_nothing_to_draw_is_an_error():
    with pytest.raises(EmptyGraphError, match="the list of Values is empty"):
        draw([])
