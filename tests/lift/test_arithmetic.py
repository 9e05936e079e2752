"""Chains of arithmetic, brought into a normal form, mean what they meant."""

import numpy as np
import pytest

import microbp
from microbp import Value, lift, placeholder

# Of x, y (inputs) and a, b, c (parameters): small, so that each case can be read.
EXPRESSIONS = {
    "a": lambda x, y, a, b, c: a,
    "x": lambda x, y, a, b, c: x,
    "-a": lambda x, y, a, b, c: -a,
    "-(-a)": lambda x, y, a, b, c: -(-a),
    "-(-x)": lambda x, y, a, b, c: -(-x),
    "-(-(-(a * x)))": lambda x, y, a, b, c: -(-(-(a * x))),
    "-(a + b) * c": lambda x, y, a, b, c: -(a + b) * c,
    "-((a + b) * c)": lambda x, y, a, b, c: -((a + b) * c),
    "(-x) * a": lambda x, y, a, b, c: (-x) * a,
    "(-a) * (-x)": lambda x, y, a, b, c: (-a) * (-x),
    "(-a) * (-a)": lambda x, y, a, b, c: (-a) * (-a),
    "one -a twice": lambda x, y, a, b, c: (lambda n: n * n)(-a),
    "-(-a * x)": lambda x, y, a, b, c: -(-a * x),
    "a - (b - (c - x))": lambda x, y, a, b, c: a - (b - (c - x)),
    "((a - b) - c) - x": lambda x, y, a, b, c: ((a - b) - c) - x,
    "a * x - (b * y - c)": lambda x, y, a, b, c: a * x - (b * y - c),
    "a + a": lambda x, y, a, b, c: a + a,
    "a - a": lambda x, y, a, b, c: a - a,
    "x - x + a": lambda x, y, a, b, c: x - x + a,
    "a * a": lambda x, y, a, b, c: a * a,
    "a * a * a": lambda x, y, a, b, c: a * a * a,
    "x * x * x * a": lambda x, y, a, b, c: x * x * x * a,
    "(a * b) * (a * b)": lambda x, y, a, b, c: (a * b) * (a * b),
    "one a * b twice": lambda x, y, a, b, c: (lambda n: n * n)(a * b),
    "one a * b, added twice": lambda x, y, a, b, c: (lambda n: n + n)(a * b),
    "one a - x, less itself": lambda x, y, a, b, c: (lambda n: n - n * n)(a - x),
    "(a + b) * (a + b)": lambda x, y, a, b, c: (a + b) * (a + b),
    "(a + x) * (b - y)": lambda x, y, a, b, c: (a + x) * (b - y),
    "((a + b) * c + x) * y": lambda x, y, a, b, c: ((a + b) * c + x) * y,
    "a * (b * (c * x))": lambda x, y, a, b, c: a * (b * (c * x)),
    "((a * b) * c) * x": lambda x, y, a, b, c: ((a * b) * c) * x,
    "(2 * x) * a": lambda x, y, a, b, c: (2 * x) * a,
    "(2 * a) * (3 * a)": lambda x, y, a, b, c: (2 * a) * (3 * a),
    "2 * (3 * a)": lambda x, y, a, b, c: 2 * (3 * a),
    "a * 0": lambda x, y, a, b, c: a * 0,
    "x * 0 + a": lambda x, y, a, b, c: x * 0 + a,
    "0 - a": lambda x, y, a, b, c: 0 - a,
    "a + 0": lambda x, y, a, b, c: a + 0,
    "1 * a": lambda x, y, a, b, c: 1 * a,
    "a / 2": lambda x, y, a, b, c: a / 2,
    "(a / 2) / 3": lambda x, y, a, b, c: (a / 2) / 3,
    "(a + x) / 2 + b": lambda x, y, a, b, c: (a + x) / 2 + b,
    "(a * x) / -4 - b / 8": lambda x, y, a, b, c: (a * x) / -4 - b / 8,
    "a * (x / 3)": lambda x, y, a, b, c: a * (x / 3),
    "-(a / 3) * -(x / 3)": lambda x, y, a, b, c: -(a / 3) * -(x / 3),
    "a / x": lambda x, y, a, b, c: a / x,
    "1 / a": lambda x, y, a, b, c: 1 / a,
    "a / a": lambda x, y, a, b, c: a / a,
    "(a / b) / c": lambda x, y, a, b, c: (a / b) / c,
    "a / 1e-308": lambda x, y, a, b, c: (a / 1e-308) * 1e-308,
    "a / (2 + 1)": lambda x, y, a, b, c: a / (Value(2.0) + 1.0),
    "a ** 2": lambda x, y, a, b, c: a**2,
    "(a - x) ** 2": lambda x, y, a, b, c: (a - x) ** 2,
    "-((a - x) ** 2)": lambda x, y, a, b, c: -((a - x) ** 2),
    "(-a) ** 2": lambda x, y, a, b, c: (-a) ** 2,
    "(a ** 2) ** 2": lambda x, y, a, b, c: (a**2) ** 2,
    "(a ** 2) * a": lambda x, y, a, b, c: (a**2) * a,
    "(a * x) ** 2 / 3": lambda x, y, a, b, c: (a * x) ** 2 / 3,
    "a ** 0": lambda x, y, a, b, c: a**0,
    "a ** 1": lambda x, y, a, b, c: a**1,
    "a ** 3": lambda x, y, a, b, c: a**3,
    "a ** -1": lambda x, y, a, b, c: a**-1,
    "a ** -2": lambda x, y, a, b, c: a**-2,
    "a ** 0.5": lambda x, y, a, b, c: a**0.5,
    "2 ** a": lambda x, y, a, b, c: 2**a,
    "a ** x": lambda x, y, a, b, c: a**x,
    "sum of one": lambda x, y, a, b, c: microbp.sum([a]),
    "sum of one input": lambda x, y, a, b, c: microbp.sum([x]),
    "sum of one product": lambda x, y, a, b, c: microbp.sum([a * x]),
    "sum of a sum of one": lambda x, y, a, b, c: microbp.sum([microbp.sum([a])]),
    "-sum of one, squared": lambda x, y, a, b, c: (-microbp.sum([a])) ** 2,
    "sum of the same": lambda x, y, a, b, c: microbp.sum([a, a, a]),
    "sum with constants": lambda x, y, a, b, c: microbp.sum([a, 2.0, x, -1.0]),
    "sums in sums": lambda x, y, a, b, c: microbp.sum([a, microbp.sum([b, x * c]), y]),
    "sum times sum": lambda x, y, a, b, c: microbp.sum([a, x]) * microbp.sum([b, y]),
    "less a sum": lambda x, y, a, b, c: a - microbp.sum([b, x, c * y]),
    "builtin sum": lambda x, y, a, b, c: sum([a * x, b * y, c]),
    "dot": lambda x, y, a, b, c: microbp.dot([a, b], [x, y]),
    "dot with itself": lambda x, y, a, b, c: microbp.dot([a, x], [a, x]),
    "dot crosswise": lambda x, y, a, b, c: microbp.dot([a, b], [b, a]),
    "dot with numbers": lambda x, y, a, b, c: microbp.dot([a, b], [2.0, -1.0]),
    "dot of one": lambda x, y, a, b, c: microbp.dot([a], [x]),
    "-dot": lambda x, y, a, b, c: 1 - microbp.dot([a, b], [x, -y]),
    "a - dot * dot": lambda x, y, a, b, c: a - microbp.dot([a], [x]) ** 2,
    "a constant alone": lambda x, y, a, b, c: Value(7.0) * 2 + 1,
    "constants apart": lambda x, y, a, b, c: (a + 1) * (Value(2.0) + 3) - 4 / Value(8),
    "mean of squares": lambda x, y, a, b, c: ((a - x) ** 2 + (b - y) ** 2) / 2,
    "-a of two users": lambda x, y, a, b, c: (lambda n: n * x + n * y)(-a),
    "a / 2 of two users": lambda x, y, a, b, c: (lambda n: n * x - n)(a / 2),
    "sum of two users": lambda x, y, a, b, c: (lambda n: n.tanh() - n * n)(a * x + b),
    "Horner": lambda x, y, a, b, c: ((a * x + b) * x + c) * x + 1,
    "a long chain": lambda x, y, a, b, c: sum([-a * x, b - y / 3] * 5),
}  # fmt: skip
SAMPLES = [[0.5, -2.0], [-3.0, 0.25], [1.5, 4.0]]
PARAMETERS = [0.75, 3.0, -0.5]


@pytest.mark.parametrize("inputs", ["placeholders", "leaves"])
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_expression(name, inputs):
    losses, gradients = [], []
    for sample in SAMPLES:
        parameters = list(map(Value, PARAMETERS))
        loss = EXPRESSIONS[name](*map(Value, sample), *parameters)
        loss.backward()
        losses.append(loss.data)
        gradients.append([parameter.grad for parameter in parameters])
    make = placeholder if inputs == "placeholders" else lambda: Value(1.0)
    x, parameters = [make(), make()], list(map(Value, PARAMETERS))
    program = lift(EXPRESSIONS[name](*x, *parameters), x, parameters)
    mean, gradient = program.gradient(SAMPLES)

    np.testing.assert_allclose(program(SAMPLES), losses, rtol=1e-13)
    np.testing.assert_allclose(mean, np.mean(losses), rtol=1e-13)
    np.testing.assert_allclose(gradient, np.mean(gradients, 0), rtol=1e-13, atol=1e-15)


def test_gradient_of_negated_factors_by_mathematics():
    x, a, b = placeholder(), Value(2.0), Value(5.0)
    program = lift(-(a + b) * (-x), [x], [a, b])  # (a + b) x

    assert [21.0] == program([[3.0]]).tolist()
    assert [3.0, 3.0] == program.gradient([[3.0]])[1].tolist()


def test_gradient_of_a_chain_of_differences_by_mathematics():
    a, b, c, d = (Value(float(i)) for i in range(4))
    program = lift(a - (b - (c - d)), [], [a, b, c, d])

    assert [1.0, -1.0, 1.0, -1.0] == program.gradient(np.empty((2, 0)))[1].tolist()


def test_a_deep_chain_needs_no_recursion():
    x, w = placeholder(), Value(0.5)
    node = w
    for _ in range(20_000):
        node = node + x
    program = lift(node, [x], [w])

    assert [40_000.5] == program([[2.0]]).tolist()
    assert [1.0] == program.gradient([[2.0]])[1].tolist()
