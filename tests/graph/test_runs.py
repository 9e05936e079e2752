"""Recorded runs: the steps of `backward`, to the last bit."""

import tracemalloc

import pytest

import microbp
from microbp import Value, placeholder
from microbp.errors import PlaceholderError
from microbp.graph import Graph
from microbp.graph.runs import ForwardRun, backward_run
from tests.graph.test_paths import random_graph


@pytest.mark.parametrize("seed", range(30))
def test_the_last_running_gradient_of_every_node_is_its_grad_exactly(seed):
    graph, _ = random_graph(seed, n_steps=40)
    run = backward_run(graph)
    last = {}
    for k, operand in enumerate(run.operands):
        last[operand] = run[k].running
    for value, i in graph.values():
        expected = 1.0 if i in graph.roots else last[i]
        assert value.grad == expected == run.gradients[i]


@pytest.mark.parametrize("seed", range(10))
def test_a_node_passes_its_gradient_on_when_all_of_it_has_come(seed):
    graph, _ = random_graph(seed, n_steps=40)
    run = backward_run(graph)
    edges = sum(map(len, graph.parents))
    arrived = [0] * len(graph)
    users = graph.users()
    for k in range(len(run)):
        user = run.users[k]
        assert arrived[user] == len(users[user])
        assert run.upstream[k] == run.gradients[user]
        assert run[k].contribution == run.upstream[k] * run.local[k]
        arrived[run.operands[k]] += 1
    assert edges == len(run)


def test_the_order_is_that_of_backward():
    order = []

    def noted(data, operands, name):
        node = Value(data, operands, name)

        def hook():
            order.append(name)
            for x in operands:
                x.grad += node.grad

        node._backward = hook
        return node

    a = Value(1.0)
    b = noted(1.0, (a,), "b")
    c = noted(2.0, (a, b), "c")
    d = noted(3.0, (b,), "d")
    e = noted(4.0, (d, c, b), "e")
    e.backward()
    done = list(order)

    run = backward_run(Graph(e))

    passed = [run.graph.op[user] for user in run.users]
    assert done == list(dict.fromkeys(passed))
    assert a.grad == run.gradients[run.graph.number(a)]


def test_a_run_needs_no_backward_and_changes_no_gradient():
    x = Value(3.0, label="x")
    y = x * x
    x.grad = 7.0
    steps = list(backward_run(Graph(y)))

    assert [3.0, 6.0] == [step.running for step in steps]
    assert (7.0, 0.0) == (x.grad, y.grad)


def test_a_step_says_itself():
    x = Value(3.0, label="x")
    (step, _) = backward_run(Graph(x * -2.0))

    assert "upstream 1.0 × local −2.0 adds −2.0 to x, which has −2.0 now" == (
        step.sentence
    )


def test_the_forward_run_computes_each_result_after_its_operands():
    graph, _ = random_graph(3)
    known = {node.name for node in graph if node.kind != "operation"}
    steps = list(ForwardRun(graph))
    for step in steps:
        assert known.issuperset(step.operands)
        known.add(step.node)
    assert known == set(graph.names)
    assert graph.data[graph.roots[0]] == steps[-1].value


def test_placeholders_have_no_numbers_to_run_with():
    x = placeholder("pixel")
    with pytest.raises(PlaceholderError, match="'pixel' is a placeholder, so"):
        backward_run(Graph(x * 2))
    with pytest.raises(PlaceholderError, match="compute the graph with Values"):
        ForwardRun(Graph(x * 2))


@pytest.mark.slow
@pytest.mark.skipif(not microbp.compiled, reason="plain Values grow when walked over")
@pytest.mark.parametrize("unary", [True, False])
def test_a_million_edges_take_less_than_400_bytes_each(unary):
    y = x = Value(0.5)
    w = Value(0.1)
    for k in range(1_000_000 if unary else 500_000):
        y = y.tanh() if unary else (y * w if k % 2 else y + x)
    tracemalloc.start()
    trace = microbp.trace(y)
    now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert 1_000_000 == len(trace)
    assert now <= peak < 400 * len(trace)
