"""Gradients that are graphs: equal to `backward`, and differentiable again."""

import math

import pytest

import microbp
from microbp import Value, grad
from microbp.engine.operations import OPERATIONS
from microbp.engine.value import apply
from microbp.errors import ArgumentError, ArgumentTypeError
from tests.graph.test_paths import random_graph
from tests.helpers import central_difference, is_close

POINTS = [(0.3, 0.7, 1.1, 0.4), (0.6, -0.2, 0.5, -0.8)]


def of(name, x):
    if name == "dot":
        return microbp.dot(x[:2], x[2:])
    if OPERATIONS[name].variadic:
        return getattr(microbp, name)(x)
    return apply(OPERATIONS[name], *x)


@pytest.mark.parametrize("seed", range(20))
def test_gradients_are_those_of_backward(seed):
    graph, inputs = random_graph(seed)
    root = list(dict(graph.values()))[graph.roots[0]]
    slopes = grad(root, inputs)

    for x, slope in zip(inputs, slopes, strict=True):
        assert is_close(x.grad, slope.data, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("point", POINTS)
def test_the_second_derivative_of_every_operation(name, point):
    row = OPERATIONS[name]
    count = 4 if row.variadic else row.arity
    if name in ("**", "log", "sqrt", "clip"):
        point = (0.6, 0.3, 0.9, 0.1)

    def slope(numbers, place):
        x = [Value(t) for t in numbers]
        of(name, x).backward()
        return x[place].grad

    for i in range(count):
        x = [Value(t) for t in point[:count]]
        first = grad(of(name, x), x[i])
        for j in range(count):
            expected = central_difference(lambda t, i=i: slope(t, i), point[:count], j)
            if math.isnan(expected):
                continue
            assert is_close(grad(first, x[j]).data, expected, rel=1e-5, abs=1e-6)


def test_third_derivatives_by_calculus():
    x = Value(0.7, label="x")
    y = x.sin()
    y.label = "y"
    first = grad(y, x)
    second = grad(first, x)
    third = grad(second, x)

    assert is_close(-math.cos(0.7), third.data)
    assert ("∂y/∂x", "∂(∂y/∂x)/∂x") == (first.label, second.label)


def test_a_gradient_leaves_all_gradients_alone():
    x = Value(2.0)
    y = x * x
    x.grad = 5.0
    grad(y, x)

    assert (5.0, 0.0) == (x.grad, y.grad)


def test_one_value_gives_one_and_a_list_a_list():
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    y = x * w
    y.label = "y"

    assert isinstance(grad(y, x), Value)
    assert [3.0, 2.0] == [slope.data for slope in grad(y, [x, w])]
    assert ("x", "w") == (x.label, w.label)  # dy/dx is w itself, and stays w
    assert 0.0 == grad(y, Value(1.0)).data
    assert 1.0 == grad(y, y).data


def test_a_constant_outside_the_domain_is_no_error():
    x = Value(0.5)

    assert 0.0 == grad(0.0**x, x).data


def test_what_cannot_be_differentiated_is_refused():
    x = Value(2.0, label="x")
    with pytest.raises(ArgumentError, match=r"built by hand as 'square'"):
        grad(Value(4.0, (x,), "square"), x)
    with pytest.raises(ArgumentTypeError, match="of a Value y by Values x, not float"):
        grad(3.0, x)
    with pytest.raises(ArgumentTypeError, match="not str 'x'"):
        grad(x * 2, ["x"])
