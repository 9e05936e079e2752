"""What a picture shows: fields, changes, columns, repeats, highlighted paths."""

import re
import shutil
import subprocess
import time

import pytest

from microbp import MLP, Value, datasets, draw, grad, to_dot
from microbp.errors import ArgumentError, ArgumentTypeError, ChoiceError
from microbp.graph import Graph, fold
from tests.draw.test_dot import box, edges, texts


def expression():
    x, w = Value(3.0, label="x"), Value(-0.5, label="w")
    y = (x * w).tanh() * x
    y.label = "y"
    return x, w, y


@pytest.mark.parametrize(
    ("show", "expected"),
    [
        ("label", "○ x"),
        (["label", "data"], "○ x 3.0000"),
        (("op", "grad"), "○ ∇ −1.1762"),
        (["label", "op", "data", "grad", "local"], "○ x 3.0000 ∇ −1.1762"),
    ],
)
def test_show_picks_what_boxes_carry(show, expected):
    _, _, y = expression()
    y.backward()
    dot = to_dot(y, show=show)
    shown = box(dot, "n0")

    assert expected == shown
    assert ("local" in show) is any(label for _, _, label in edges(dot))


def test_a_field_that_does_not_exist_is_refused_with_those_that_do():
    _, _, y = expression()
    with pytest.raises(
        ChoiceError,
        match="unknown field to show 'gradient': choose one of 'data', 'grad', 'label'",
    ):
        draw(y, show=["data", "gradient"])
    with pytest.raises(ArgumentTypeError, match="show is a list of fields, not int 3"):
        draw(y, show=3)
    with pytest.raises(ChoiceError, match="unknown layout 'circle'"):
        draw(y, layout="circle")
    with pytest.raises(ChoiceError, match="unknown repeats 'twice'"):
        draw(y, repeats="twice")


def test_before_backward_no_box_has_a_gradient():
    _, _, y = expression()
    dot = to_dot(y)

    assert "∇" not in texts(dot)
    assert "no gradients yet: call backward() to see gradients" in texts(dot)


def test_gradients_of_another_result_are_said_to_be_that():
    x, _, y = expression()
    y.backward()
    later = x * 2 + 1
    dot = to_dot(later)

    assert "∇ gradients from elsewhere: backward() was not called" in texts(dot)
    assert "∇ −1.1762" in box(dot, "n0")
    assert "∇" not in box(dot, "n3")


def test_a_gradient_that_is_zero_after_backward_is_shown():
    x = Value(-1.0, label="x")
    y = x.relu()
    y.backward()

    assert "○ x −1.0000 ∇ 0.0000" == box(to_dot(y), "n0")


def test_the_difference_of_two_graphs_is_the_change_of_every_number():
    x, w, y = expression()
    before = Graph(y)
    w.data = 0.25
    after = (x * w).tanh() * x
    dot = to_dot(after, before=before)

    assert "○ w 0.2500 Δ +0.7500" == box(dot, "n1")
    assert "○ x 3.0000 Δ 0.0000" == box(dot, "n0")
    assert "Δ +2.2500" in box(dot, "n2")
    assert "Δ change of the value" in texts(dot)
    assert "∇" not in texts(dot)


def test_graphs_of_other_shapes_have_no_difference():
    x, w, y = expression()
    with pytest.raises(ArgumentError, match="before= has 2 nodes and this graph has 5"):
        draw(y, before=x.tanh())
    with pytest.raises(ArgumentError, match=r"'v1' is \* of \(0, 1\) here and \+ of"):
        draw(y, before=(x + w).tanh() * x)


def test_highlighted_paths_are_written_out_with_their_sum():
    x, _, y = expression()
    y.backward()
    dot = to_dot(y, highlight=x)
    said = texts(dot)

    assert "x → v₁ → v₂ → y:  −0.5000 × 0.1807 × 3.0000 = −0.2711" in said
    assert "x → y:  −0.9051" in said
    assert "∂y/∂x = −0.2711 − 0.9051 = −1.1762" in said
    assert 4 == dot.count("penwidth=2]")


def test_of_many_highlighted_paths_only_their_number_is_said():
    y = Value(1.0, label="x")
    for _ in range(10):
        y = y + y

    assert "∂v₁₀/∂x = 1024.0000, the sum over 1,024 paths" in texts(
        to_dot(y, highlight="x")
    )


def test_in_layers_boxes_of_one_generation_stand_together():
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    y = (a * b).tanh() + (a + b).tanh()
    dot = to_dot(y, layout="layers")
    columns = [
        set(re.findall(r"^\t\t(n\d+) \[", part, re.M)) for part in dot.split("\t{")[1:]
    ]
    graph = Graph(y)
    kinds = [{graph.op[int(name[1:])] for name in column} for column in columns]

    assert [{""}, {"*", "+"}, {"tanh"}, {"+"}] == kinds


def loss_of(n):
    model = MLP(2, [3, 1], activation="tanh", rng=0)
    X, y = datasets.moons(n, rng=0)
    errors = [(model(row) - float(t)) ** 2 for row, t in zip(X, y, strict=True)]
    loss = sum(errors, Value(0.0)) / n
    loss.label = "loss"
    loss.backward()
    return loss


def test_what_repeats_is_shown_once_with_its_count():
    graph = Graph(loss_of(20))
    folded = fold(graph, "mlp", repeats="once")
    names = [one if isinstance(one, int) else one.name for one in folded.boxes]

    assert {"mlp  ×20", "-  ×20", "**  ×20", "+  ×19"} <= set(map(str, names))
    assert len(folded.boxes) < 12 < len(fold(graph, "mlp").boxes)
    every = [
        i
        for one in folded.boxes
        for i in ([one] if isinstance(one, int) else one.nodes)
    ]
    assert sorted(every) == list(range(len(graph)))


def test_neurons_of_a_layer_are_shown_once():
    y = MLP(2, [4, 5, 1], rng=0)([1.0, 2.0])
    folded = fold(Graph(y), "neuron", repeats="once")

    assert ["neuron  ×4", "neuron  ×5", "neuron 1"] == [
        one.name for one in folded.boxes if not isinstance(one, int)
    ]


def test_what_differs_is_not_merged():
    x = [Value(float(k)) for k in range(6)]
    y = x[0].tanh() + x[1].tanh() * x[2].exp() - x[3].tanh() / x[4].log() + x[5]
    folded = fold(Graph(y), repeats="once")

    assert all(isinstance(one, int) for one in folded.boxes)


@pytest.mark.exe
def test_the_graph_of_a_gradient_is_drawn():
    x, _, y = expression()
    slope = grad(y, x)
    svg = draw(slope).pipe(encoding="utf-8")

    assert "∂y/∂x" in svg
    assert str(round(slope.data, 4)).replace("-", "−") in svg


@pytest.mark.exe
def test_drawing_costs_less_than_laying_out():
    model = MLP(2, [10, 8, 1], activation="tanh", rng=0)
    y = (model([1.0, 2.0]) - 1.0) ** 2
    assert len(Graph(y)) > 250
    ours, dots = [], []
    for _ in range(3):
        start = time.perf_counter()
        source = draw(y, max_nodes=None).source
        middle = time.perf_counter()
        subprocess.run(
            [shutil.which("dot"), "-Tsvg"],
            input=source.encode(),
            capture_output=True,
            check=True,
        )
        ours.append(middle - start)
        dots.append(time.perf_counter() - middle)
    # One sixth here; the bound is loose, as machines are noisy.
    assert min(ours) < max(dots)
