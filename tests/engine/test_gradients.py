"""Forward mode, second derivatives, and the table that compares three ways."""

import math

import pytest

import microbp
from microbp import Value, derivative_table, grad, hessian, jvp
from microbp.engine.operations import OPERATIONS
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    EmptyGraphError,
    ShapeError,
)
from tests.engine.test_grad import of
from tests.graph.test_paths import random_graph
from tests.helpers import is_close


@pytest.mark.parametrize("seed", range(20))
def test_forward_mode_is_reverse_mode_along_a_direction(seed):
    graph, inputs = random_graph(seed, n_steps=25)
    root = next(value for value, i in graph.values() if i in graph.roots)
    direction = [0.5 - 0.3 * k for k in range(len(inputs))]
    expected = math.fsum(v * x.grad for v, x in zip(direction, inputs, strict=True))

    found = jvp(root, inputs, direction)
    assert is_close(expected, found.data, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("name", OPERATIONS)
def test_both_modes_agree_for_every_operation(name):
    row = OPERATIONS[name]
    point = (0.6, 0.3, 0.9, 0.4)[: 4 if row.variadic else row.arity]
    x = [Value(t) for t in point]
    y = of(name, x)

    for k, slope in enumerate(grad(y, x)):
        direction = [float(k == j) for j in range(len(x))]
        assert is_close(slope.data, jvp(y, x, direction).data, rel=1e-14)


def test_forward_mode_can_be_differentiated_again():
    x = Value(0.4)
    slope = jvp(x.sin() * x, x, 1.0)

    # d²(x sin x)/dx² = 2 cos x - x sin x
    expected = 2 * math.cos(0.4) - 0.4 * math.sin(0.4)
    assert is_close(expected, grad(slope, x).data)


def test_of_a_function_both_the_result_and_the_slope_are_given():
    y, slope = jvp(lambda a, b: a * b, [2.0, 5.0], [1.0, 1.0])

    assert (10.0, 7.0) == (y.data, slope.data)


def test_the_hessian_is_that_of_calculus():
    a, b = Value(0.7), Value(-0.4)
    H = hessian(a.exp() * b**3 + a * b, [a, b])

    e = math.exp(0.7)
    expected = [[e * -0.064, e * 0.48 + 1.0], [e * 0.48 + 1.0, e * 6 * -0.4]]
    for row, numbers in zip(H, expected, strict=True):
        for found, number in zip(row, numbers, strict=True):
            assert is_close(number, found.data, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_a_hessian_is_symmetric(seed):
    graph, inputs = random_graph(seed, n_steps=12)
    root = next(value for value, i in graph.values() if i in graph.roots)
    H = [[value.data for value in row] for row in hessian(root, inputs)]

    for i in range(len(H)):
        for j in range(i):
            assert is_close(H[i][j], H[j][i], rel=1e-9, abs=1e-11)


def test_what_does_not_fit_is_refused():
    x, y = Value(1.0, label="x"), Value(2.0)
    with pytest.raises(ShapeError, match="a number for each of the 2 Values, not 1"):
        jvp(x * y, [x, y], [1.0])
    with pytest.raises(ArgumentTypeError, match="of a Value y by Values x, not int 3"):
        jvp(3, x, 1.0)
    with pytest.raises(ArgumentTypeError, match="not str 'x'"):
        hessian(x * y, ["x"])
    with pytest.raises(ArgumentError, match="built by hand as 'mine'"):
        jvp(Value(1.0, (x,), "mine"), x, 1.0)
    assert 0.0 == jvp(x * 2, y, 1.0).data


def test_the_table_puts_three_ways_side_by_side():
    a, b = Value(0.3, label="a"), Value(-1.2, label="b")
    y = (a * b).tanh() + b**3
    y.backward()
    table = derivative_table(y)

    assert ["a", "b"] == [row.leaf for row in table]
    for row, leaf in zip(table, (a, b), strict=True):
        assert leaf.grad == row.reverse
        assert is_close(leaf.grad, row.forward, rel=1e-14)
        assert abs(row.difference - leaf.grad) <= 10 * row.error + 1e-10
        assert row.error < 1e-6
    lines = str(table).splitlines()
    assert 3 == len(lines)
    assert f"{a.grad:.15g}" in lines[1]
    assert 1 == len(derivative_table(y, b))


def test_a_table_of_what_does_not_fit_is_refused():
    x = Value(1.0)
    with pytest.raises(EmptyGraphError, match="does not depend on"):
        derivative_table(x * 2, Value(3.0))
    with pytest.raises(ArgumentTypeError, match="made of a Value, not of int 3"):
        derivative_table(3)
    with pytest.raises(ArgumentError, match="built by hand"):
        derivative_table(Value(1.0, (x,), "mine"))


def test_forward_computes_everything_anew():
    x, w = Value(2.0), Value(-0.5)
    y = microbp.sum([(w * x).tanh(), x.maximum(w), microbp.dot([x, w], [w, x])])
    for a, b in ((3.0, 0.25), (-1.0, 4.0), (0.0, 0.0)):
        x.data, w.data, x.grad, w.grad = a, b, 0.0, 0.0
        again = Value(a), Value(b)
        z = microbp.sum(
            [
                (again[1] * again[0]).tanh(),
                again[0].maximum(again[1]),
                microbp.dot(again, again[::-1]),
            ]
        )
        z.backward()
        assert z.data == y.forward() == y.data
        y.backward()
        assert (again[0].grad, again[1].grad) == (x.grad, w.grad)


def test_forward_of_what_nobody_can_compute_is_refused():
    x = Value(2.0, label="x")
    with pytest.raises(ArgumentError, match="built by hand as 'mine', and cannot be"):
        Value(1.0, (x,), "mine").forward()
    assert 2.0 == x.forward()
