"""gradcheck, and whether it can be trusted: derivatives wrong by 0.1 % must fail."""

import math
import re

import pytest

import microbp
from microbp import Value, gradcheck
from microbp.engine.derivatives import differentiate
from microbp.engine.operations import OPERATIONS
from microbp.errors import ArgumentError, ArgumentTypeError, GradcheckError

INSIDE = {"log": 2.0, "log1p": 0.5, "sqrt": 2.0, "asin": 0.3, "acos": 0.3}


@pytest.fixture
def spoil(monkeypatch):
    """Make the local derivatives of one operation wrong by a factor."""

    def spoil(name, factor):
        row = OPERATIONS[name]
        true = row.derivatives
        monkeypatch.setattr(
            row, "derivatives", lambda out, *x: tuple(d * factor for d in true(out, *x))
        )

    return spoil


@pytest.mark.parametrize(
    "name", [row.name for row in OPERATIONS.values() if row.is_function]
)
@pytest.mark.parametrize("factor", [1.001, 0.999])
def test_a_local_derivative_wrong_by_a_thousandth_fails(spoil, name, factor):
    row = OPERATIONS[name]
    points = [INSIDE.get(name, 0.7), 0.2, 0.9][: row.arity]
    if name in ("maximum", "minimum", "leaky_relu", "elu"):
        points = [-0.7, -0.2]
    assert gradcheck(lambda *x: getattr(microbp, name)(*x) * 3.0, points)

    spoil(name, factor)

    with pytest.raises(GradcheckError, match=f"a local derivative of {name} is wrong"):
        gradcheck(lambda *x: getattr(microbp, name)(*x) * 3.0, points)


def test_the_message_names_operation_operand_point_and_the_three_numbers(spoil):
    spoil("sin", 1.001)

    with pytest.raises(GradcheckError) as caught:
        gradcheck(lambda x: (x * 2.0).sin() + x, [0.5])

    lines = [line.split(maxsplit=1) for line in str(caught.value).splitlines()[1:]]
    said = dict(lines)
    assert list(said) == [
        *("operation", "operand", "point", "analytic", "numeric", "error")
    ]
    assert said["operation"].startswith("sin")
    assert said["operand"] == "number 1 of 1"
    assert said["point"] == "1.0"
    assert math.isclose(float(said["analytic"]), 1.001 * math.cos(1.0), rel_tol=1e-12)
    assert math.isclose(float(said["numeric"]), math.cos(1.0), rel_tol=1e-9)
    starts = {
        line.index(text)
        for line, (_, text) in zip(
            str(caught.value).splitlines()[1:], lines, strict=True
        )
    }
    assert len(starts) == 1, "the numbers stand below each other"


def square_by_hand(factor):
    def f(x):
        out = Value(x.data**2, (x,), "square")

        def backward():
            x.grad += factor * 2.0 * x.data * out.grad

        out._backward = backward
        return out + 1.0

    return f


def test_a_node_built_by_hand_is_checked_and_named():
    assert gradcheck(square_by_hand(1.0), [3.0])

    with pytest.raises(GradcheckError, match=r"built by hand, 'square'[\s\S]*\(x1\)"):
        gradcheck(square_by_hand(1.001), [3.0])


def test_an_infinite_derivative_fails():
    with pytest.raises(GradcheckError, match="inf"):
        gradcheck(lambda x: Value(x.data, (x,), (float("inf"),)), [1.0])


def test_a_node_built_by_hand_may_carry_the_name_of_an_operation():
    def right(x):
        return Value(3.0 * x.data, (x,), (3.0,)) + Value(x.data**2, (x,), "exp") * 0.0

    assert gradcheck(right, 2.0)


def test_at_a_tie_the_shared_gradient_is_the_central_difference():
    assert gradcheck(lambda x: microbp.maximum(x, 1.0), [1.0])


def test_relu_at_its_corner_is_reported_as_a_kink():
    with pytest.raises(
        GradcheckError,
        match=r"0 on the left and 1 on the right[\s\S]*derivative 0 at 0",
    ):
        gradcheck(lambda x: x.relu(), [0.0])


def test_an_input_that_is_not_used_has_gradient_zero():
    assert gradcheck(lambda x, y: x * 2.0, [1.0, 5.0])


def test_values_as_inputs_keep_data_and_grad():
    w = Value(2.0, label="w")
    w.grad = 7.0

    assert gradcheck(lambda v: v * v, [w])
    assert (w.data, w.grad) == (2.0, 7.0)


def test_parameters_captured_by_the_function_are_checked():
    model = microbp.MLP(2, [3, 1], activation="tanh", rng=0)
    parameters = model.parameters()

    assert gradcheck(lambda *_: model([0.3, -0.8]) ** 2, parameters)


@pytest.mark.parametrize(
    ("f", "error", "text"),
    [
        (lambda x: [x], ArgumentTypeError, "returns one Value, not list"),
        (lambda x: 3.0, ArgumentTypeError, "returns one Value, not float 3.0"),
        (lambda x: (x - 5.0).log(), ArgumentError, "the function is nan at [1.0]"),
    ],
)
def test_functions_that_cannot_be_checked_are_errors(f, error, text):
    with pytest.raises(error, match=re.escape(text)):
        gradcheck(f, [1.0])


@pytest.mark.parametrize("x", [-1e12, -30.0, 1e-8, 1e-4, 1.0, 700.0, 1e5, 1e12])
def test_finite_differences_are_good_to_ten_digits_on_every_scale(x):
    cube, _ = differentiate(lambda t: t**3, x)
    inverse, _ = differentiate(lambda t: 1.0 / t, x)

    assert math.isclose(cube, 3.0 * x * x, rel_tol=1e-10)
    assert math.isclose(inverse, -1.0 / (x * x), rel_tol=1e-10)


@pytest.mark.parametrize("x", [0.0, 1e-8, 1.0, 1000.0, 1e5])
def test_finite_differences_are_not_fooled_by_an_oscillation(x):
    slope, error = differentiate(math.sin, x)

    assert abs(slope - math.cos(x)) < 1e-8
    assert error < 1e-6
