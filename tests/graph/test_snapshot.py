"""Graph: a numbered copy that later changes do not reach."""

import subprocess
import sys

import pytest

from microbp import Value
from microbp import sum as value_sum
from microbp.engine.scope import Scope
from microbp.errors import ArgumentTypeError, EmptyGraphError
from microbp.graph import Graph, Node


def polynomial():
    x = Value(3.0, label="x")
    y = x * x + 1
    y.backward()
    return x, y


def test_columns_hold_one_entry_per_node_operands_first():
    graph = Graph(polynomial()[1])

    assert 4 == len(graph)
    assert ("", "*", "", "+") == graph.op
    assert ("x", "", "", "") == graph.label
    assert ("leaf", "operation", "constant", "operation") == graph.kind
    assert (3.0, 9.0, 1.0, 10.0) == graph.data
    assert (6.0, 1.0, 1.0, 1.0) == graph.grad
    assert ((), (0, 0), (), (1, 2)) == graph.parents
    assert ((), (3.0, 3.0), (), (1.0, 1.0)) == graph.local_grads
    assert (None, None, None, None) == graph.scope
    assert (3,) == graph.roots


def test_a_node_is_a_readable_record():
    graph = Graph(polynomial()[1])

    expected = Node(1, "v1", "*", "", "operation", 9.0, 1.0, (0, 0), (3.0, 3.0), None)
    assert expected == graph[1] == graph.node(1)
    assert graph[3] == graph[-1]
    assert [0, 1, 2, 3] == [node.id for node in graph]


def test_later_changes_do_not_reach_the_snapshot():
    x, y = polynomial()
    graph = Graph(y)
    x.data, x.grad, x.label = -1.0, -2.0, "z"

    assert (3.0, 6.0, "x") == (graph.data[0], graph.grad[0], graph.label[0])


def test_a_column_cannot_be_set():
    graph = Graph(polynomial()[1])

    with pytest.raises(AttributeError, match="'data' of a Graph cannot be set"):
        graph.data = ()


def test_the_same_computation_gives_the_same_graph():
    first, second = Graph(polynomial()[1]), Graph(polynomial()[1])

    assert list(first) == list(second)


def test_several_roots_share_their_nodes():
    x = Value(2.0, label="x")
    graph = Graph([x * x, x + x])

    assert 3 == len(graph)
    assert {"*", "+"} == {graph.op[i] for i in graph.roots}


def test_a_root_given_twice_is_one_node():
    x = Value(2.0)

    assert (0, 0) == Graph([x, x]).roots


def test_a_leaf_is_a_graph_of_one_node():
    assert "Graph(1 node, root 'x' = 2.0)" == repr(Graph(Value(2.0, label="x")))


def test_names_are_counted_by_kind_and_avoid_labels():
    taken = Value(1.0, label="v1")
    a, b = Value(2.0), Value(3.0)
    graph = Graph((taken * a) * (b * 0.5))

    by_data = dict(zip(graph.data, graph.names, strict=True))
    assert {"v1", "u1", "u2", "0.5", "v2", "v3", "v4"} == set(graph.names)
    assert "v1" == by_data[1.0]
    assert "v4" == graph.names[-1]


def test_a_number_is_found_for_each_value():
    x, y = polynomial()
    graph = Graph(y)

    assert (0, 3) == (graph.number(x), graph.number(y))


def test_a_value_outside_of_the_graph_has_no_number():
    graph = Graph(polynomial()[1])

    with pytest.raises(EmptyGraphError, match="does not depend on Value"):
        graph.number(Value(1.0))


def test_users_are_listed_once_per_operand():
    assert [[1, 1], [3], [3], []] == Graph(polynomial()[1]).users()


def test_scopes_are_kept():
    with Scope("layer", "layer 1") as scope:
        y = Value(1.0) + 2.0

    assert (None, None, scope) == Graph(y).scope


def test_a_wide_node_keeps_all_operands():
    y = value_sum([Value(float(i)) for i in range(100)])

    assert tuple(range(100)) == Graph(y).parents[-1]


def test_a_long_chain_needs_no_recursion():
    x = Value(1.0)
    for _ in range(20_000):
        x = x + 1

    assert 40_001 == len(Graph(x))


def test_an_array_of_any_shape_is_taken():
    import numpy as np

    values = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    assert 4 == len(Graph(values))


@pytest.mark.parametrize("thing", [3.0, None, "x", Scope("a", "b")])
def test_what_is_no_value_is_an_error(thing):
    with pytest.raises(ArgumentTypeError, match="from a Value or a list of"):
        Graph(thing)


def test_what_is_no_value_in_a_list_is_an_error():
    with pytest.raises(ArgumentTypeError, match=r"number 1 of the list is float 2\.5"):
        Graph([Value(1.0), 2.5])


def test_an_empty_list_is_an_error():
    with pytest.raises(EmptyGraphError, match="the list of Values is empty"):
        Graph([])


def test_graphs_need_neither_numpy_nor_graphviz():
    code = (
        "import sys; import microbp.graph, microbp.draw;"
        "print([name for name in ('numpy', 'graphviz') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert ("[]\n", "") == (done.stdout, done.stderr)
