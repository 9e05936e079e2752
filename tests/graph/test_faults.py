"""Wrong algorithms: wrong as people get them wrong, on graphs that are smallest."""

from itertools import product

import pytest

import microbp
from microbp import Value, mistake, mistakes
from microbp.errors import ChoiceError, PlaceholderError
from microbp.graph import Graph
from microbp.graph.faults import FAULTS, first_wrong, runs
from tests.graph.test_paths import random_graph


def gradients(graph, run):
    return dict(zip(graph.names, run.gradients, strict=True))


# By hand, from the definition of each mistake. `right` from calculus.
BY_HAND = {
    "overwrite": ({"a": 1.0, "c": 1.0}, {"a": 2.0, "c": 1.0}),  # c = a + a
    "recursion": ({"a": -3.0, "b": 2.0, "c": 1.0}, {"a": -2.0, "b": 2.0, "c": 1.0}),
    "no_zero_grad": ({"a": -2.0, "c": 1.0}, {"a": -1.0, "c": 1.0}),  # c = -a
    "interior_kept": ({"a": 2.0, "b": -2.0, "c": 1.0}, {"a": 1.0, "b": -1.0, "c": 1.0}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_mistake_gives_the_numbers_that_it_gives_by_hand(name):
    one = mistake(name)
    wrong, right = BY_HAND[name]

    assert wrong == gradients(one.graph, one.wrong)
    assert right == gradients(one.graph, one.right)
    assert {"interior_kept": "b"}.get(name, "a") == one.first


def small_graphs(edges):
    """All graphs of negations and sums with so many edges, and one leaf."""

    def grown(nodes, left):
        if left == 0:
            yield nodes[-1]
            return
        for x in nodes:
            yield from grown([*nodes, -x], left - 1)
        if left >= 2:
            for x, y in product(nodes, nodes):
                yield from grown([*nodes, x + y], left - 2)

    yield from grown([Value(2.0, label="a")], edges)


@pytest.mark.parametrize("name", FAULTS)
def test_no_smaller_graph_shows_the_mistake(name):
    fault = FAULTS[name]
    shown = Graph(fault.smallest())
    size = sum(map(len, shown.parents))
    for edges in range(size):
        for root in small_graphs(edges):
            graph = Graph(root)
            if sum(map(len, graph.parents)) == edges > 0:
                assert first_wrong(graph, *runs(fault, graph)) is None
    assert first_wrong(shown, *runs(fault, shown)) is not None


def test_the_recursion_is_the_one_that_people_write():
    def recursive(node):
        for operand, local in zip(node.parents, node.local_grads, strict=True):
            operand.grad += node.grad * local
            recursive(operand)

    graph, _ = random_graph(4)
    run = FAULTS["recursion"].wrong(graph)
    values = [value for value, _ in graph.values()]
    for value in values:
        value.grad = 0.0
    values[graph.roots[0]].grad = 1.0
    recursive(values[graph.roots[0]])

    assert [value.grad for value in values] == list(run.gradients)


def test_overwriting_is_what_assignment_does():
    graph, _ = random_graph(5)
    run = FAULTS["overwrite"].wrong(graph)
    values = [value for value, _ in graph.values()]
    values[graph.roots[0]].grad = 1.0
    for node in reversed(values):
        for operand, local in zip(node.parents, node.local_grads, strict=True):
            operand.grad = node.grad * local

    assert [value.grad for value in values] == list(run.gradients)


def test_the_right_run_is_that_of_backward():
    for one in mistakes():
        values = dict(one.graph.values())
        root = next(value for value, i in values.items() if i in one.graph.roots)
        root.backward()
        assert [v.grad for v in values] == list(one.right.gradients)


def test_a_graph_of_ones_own_is_run_as_well():
    x = Value(2.0, label="x")
    y = (x * x + x).tanh()

    one = mistake("overwrite", y)

    assert "x" == one.first
    assert "x is the first to go wrong, with" in str(one)


def test_where_a_mistake_does_no_harm_it_says_so():
    x = Value(2.0, label="x")

    text = str(mistake("recursion", -x))

    assert "does no harm: no gradient differs" in text
    assert "✗" not in text


def test_unknown_mistakes_and_unknown_numbers_are_refused():
    with pytest.raises(ChoiceError, match="unknown mistake 'overwirte': choose one of"):
        mistake("overwirte")
    with pytest.raises(PlaceholderError):
        mistake("overwrite", microbp.placeholder("x") * 2)


def test_side_by_side_both_runs_are_printed_with_the_first_wrong_marked():
    text = str(mistake("recursion"))

    assert "b → a   1 × −1 = −1, a: −1" in text
    assert "a            −3     −2  ✗ first wrong" in text
    assert 1 == text.count("first wrong")
    assert "topological order" in text


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_the_picture_marks_what_is_wrong_in_words_and_colour(theme):
    source = mistake("interior_kept").draw(theme=theme).source

    assert "✗ first wrong, right is −1" in source
    assert "✗ wrong, right is 1" in source
    assert {"cluster_wrong", "cluster_right"} <= set(source.split())


@pytest.mark.exe
def test_the_picture_renders():
    svg = mistake("recursion").draw().pipe(encoding="utf-8")

    assert "recursion without a topological order" in svg
