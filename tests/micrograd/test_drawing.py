from microbp.micrograd import draw_dot, engine, nn, trace
from microbp.micrograd.engine import Value


def test_trace_gives_the_nodes_and_edges_of_the_notebook():
    a, b = Value(2.0), Value(3.0)
    c = a * b
    d = c + a

    assert ({a, b, c, d}, {(a, c), (b, c), (c, d), (a, d)}) == trace(d)


def test_trace_of_a_leaf_is_the_leaf():
    a = Value(2.0)

    assert ({a}, set()) == trace(a)


def test_draw_dot_takes_format_and_rankdir():
    a = Value(2.0, label="a")
    picture = draw_dot(a * a, format="png", rankdir="TB")

    assert "png" == picture.format
    assert "rankdir=TB" in picture.source.replace('"', "")


def test_names_of_the_package():
    assert Value is engine.Value
    assert ["MLP", "Layer", "Module", "Neuron"] == nn.__all__
