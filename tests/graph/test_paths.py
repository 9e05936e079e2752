"""Paths of the chain rule: counted without walking them, against walking them all."""

import math
import time

import pytest

from microbp import Value
from microbp.graph import Graph
from microbp.graph.paths import Paths
from tests.helpers import Program, is_close

ARITIES = {"+": 2, "*": 2, "-": 2, "tanh": 1, "sum": 0, "dot": 0}


def walked(graph, start, end):
    """All paths by recursion, as lists of (operand, user, place)."""
    if start == end:
        return [[]]
    return [
        [(p, end, place), *rest]
        for place, p in enumerate(graph.parents[end])
        for rest in walked(graph, start, p)
    ]


def as_values(name, operands):
    import microbp

    if name in ("sum",):
        return microbp.sum(operands)
    if name == "dot":
        half = len(operands) // 2
        return microbp.dot(operands[:half], operands[half:])
    if name == "tanh":
        return operands[0].tanh()
    a, b = operands
    return a + b if name == "+" else a * b if name == "*" else a - b


def random_graph(seed, n_steps=9):
    program = Program(seed, ARITIES, n_inputs=3, n_steps=n_steps)
    inputs = [Value(x) for x in program.inputs]
    root = program.nodes(inputs, as_values)[-1]
    root.backward()
    return Graph(root), [x for x in inputs if x.grad != 0.0]


@pytest.mark.parametrize("seed", range(30))
def test_counts_products_and_gradient_are_those_of_walking_every_path(seed):
    graph, inputs = random_graph(seed)
    for x in inputs:
        start, end = graph.number(x), graph.roots[0]
        paths, expected = Paths(graph, start, end), walked(graph, start, end)

        assert len(expected) == paths.count
        as_numbers = [[hop[:3] for hop in hops] for hops in paths]
        assert sorted(expected) == sorted(map(list, as_numbers))
        assert sum(len(path) - 1 for path in expected) == paths.multiplications
        products = [math.prod(hop.local for hop in hops) for hops in paths]
        assert is_close(math.fsum(products), x.grad, rel=1e-9, abs=1e-12)
        assert x.grad == paths.gradient  # the same order, so the same bits


def test_factoring_takes_one_multiplication_for_each_edge_below_the_first():
    x = Value(2.0)
    y = x
    for _ in range(3):
        y = y + y

    paths = Paths(Graph(y), 0, 3)

    assert 8 == paths.count
    assert (8 * 2, 4) == (paths.multiplications, paths.factored)


def test_a_ladder_of_2_to_the_40_paths_is_counted_at_once():
    x = Value(1.0)
    y = x
    for _ in range(40):
        y = y + y
    start = time.perf_counter()
    paths = Paths(Graph(y), 0, 40)

    assert 2**40 == paths.count == paths.gradient
    assert 39 * 2**40 == paths.multiplications
    assert time.perf_counter() - start < 2.0  # walking them would take days


def test_counts_beyond_all_measure_stay_small_numbers():
    x = Value(1.0)
    y = x
    for _ in range(5000):
        y = y + y * 0.0

    paths = Paths(Graph(y), 0, len(Graph(y)) - 1)

    assert math.inf == paths.count
    assert 1.0 == paths.gradient


def test_from_a_node_to_itself_there_is_the_path_of_no_edges():
    paths = Paths(Graph(Value(1.0)), 0, 0)

    assert (1, 1.0, [()]) == (paths.count, paths.gradient, list(paths))


def test_where_no_path_leads_there_is_none():
    a, b = Value(1.0), Value(2.0)
    graph = Graph([a * 2, b * 3])
    paths = Paths(graph, graph.number(a), graph.roots[1])

    assert (0, 0.0, []) == (paths.count, paths.gradient, list(paths))
