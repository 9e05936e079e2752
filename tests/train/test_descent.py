"""Gradient descent: the path it takes, and how it ends."""

import math

import numpy as np
import pytest

from microbp import MicrobpError, gradient_descent, plots
from microbp.errors import ArgumentError, ArgumentTypeError, ShapeError


def bowl(x, y):
    return 2.0 * x**2 + 0.5 * y**2


def test_path_in_a_bowl_is_geometric():
    walk = gradient_descent(bowl, [1.0, -3.0], learning_rate=0.1, max_steps=20)

    for k, step in enumerate(walk):
        assert step.x == pytest.approx((0.6**k, -3.0 * 0.9**k))
        assert step.value == pytest.approx(2 * 0.36**k + 4.5 * 0.81**k)
        assert step.gradient == pytest.approx((4 * 0.6**k, -3 * 0.9**k))
    assert walk.steps == 20
    assert not walk.converged


def test_ends_where_the_gradient_is_no_longer_than_the_tolerance():
    walk = gradient_descent(bowl, [1.0, 1.0], learning_rate=0.2, tolerance=1e-3)

    lengths = [math.hypot(*step.gradient) for step in walk]
    assert walk.converged
    assert lengths[-1] <= 1e-3
    assert min(lengths[:-1]) > 1e-3
    assert f"converged after {len(walk) - 1} steps" == walk.reason


def test_finds_the_minimum_of_rosenbrock():
    def f(x, y):
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    walk = gradient_descent(f, [-0.5, 0.5], 0.001, tolerance=1e-4, max_steps=50_000)

    assert walk.converged
    assert walk.x == pytest.approx((1.0, 1.0), abs=1e-3)


def test_too_large_a_rate_diverges_and_says_so():
    walk = gradient_descent(lambda x: x**4, 3.0, learning_rate=10.0)

    assert not walk.converged
    assert "diverged" in walk.reason
    assert all(math.isfinite(step.value) for step in walk.path[:-1])


def test_rate_may_follow_a_schedule():
    walk = gradient_descent(lambda x: x**2, 1.0, lambda k: 0.5 / (k + 1), max_steps=3)

    assert [step.x[0] for step in walk] == [1.0, 0.0]


def test_start_at_the_minimum_needs_no_step():
    walk = gradient_descent(bowl, [0.0, 0.0], tolerance=0.0)

    assert (walk.steps, walk.converged) == (0, True)


def test_text_shows_first_and_last_steps():
    text = str(gradient_descent(bowl, [1.0, 1.0], 0.1, max_steps=10))

    lines = text.splitlines()
    assert lines[0].split() == ["step", "E", "W", "dE/dW"]
    assert [line.split()[0] for line in lines[1:-1]] == [
        "0",
        "1",
        "2",
        "...",
        "9",
        "10",
    ]


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((bowl, []), ArgumentError, "start is empty"),
        ((bowl, [math.nan, 1.0]), ArgumentError, "finite numbers"),
        ((bowl, [1.0, 1.0], -0.1), ArgumentError, "learning_rate is above 0"),
        ((bowl, [1.0, 1.0], 0.1, -1.0), ArgumentError, "tolerance is 0 or more"),
        ((bowl, [1.0, 1.0], 0.1, 0.0, 0), ArgumentError, "max_steps is an int"),
        ((lambda x: 3.0, 1.0), ArgumentTypeError, "f returns a Value, not float 3.0"),
    ],
)
def test_bad_input_is_named(arguments, error, text):
    with pytest.raises(error, match=text) as caught:
        gradient_descent(*arguments)
    assert isinstance(caught.value, MicrobpError)


def test_contours_show_the_path():
    pytest.importorskip("matplotlib")
    walk = gradient_descent(bowl, [1.0, -3.0], 0.1, max_steps=20)
    axes = plots.contours(bowl, walk, n=10)

    points = axes.lines[0].get_xydata()
    assert np.allclose(points, [step.x for step in walk])
    for data, limits in zip(points.T, (axes.get_xlim(), axes.get_ylim()), strict=True):
        assert limits[0] < data.min() < data.max() < limits[1]


def test_contours_of_one_parameter_are_a_curve():
    pytest.importorskip("matplotlib")
    walk = gradient_descent(lambda x: x**2, 1.0, 0.1, max_steps=5)
    axes = plots.contours(lambda x: x**2, walk, n=10)

    x, E = axes.lines[0].get_xydata().T
    assert np.allclose(E, x**2)


def test_contours_of_three_parameters_are_refused():
    walk = gradient_descent(lambda x, y, z: x * y * z, [1.0, 1.0, 1.0], max_steps=2)

    with pytest.raises(ShapeError, match="room for two parameters, not 3"):
        plots.contours(lambda x, y, z: x * y * z, walk)
