"""Points in the plane lie where their formulas say."""

import numpy as np
import pytest

from microbp import MicrobpError, datasets


def test_moons_lie_on_two_half_circles():
    X, y = datasets.moons(101, noise=0.0, rng=0)

    assert np.bincount(y).tolist() == [51, 50]
    assert np.hypot(*X[y == 0].T) == pytest.approx(np.ones(51))
    assert (X[y == 0][:, 1] >= -1e-12).all()
    assert np.hypot(*(X[y == 1] - [1.0, 0.5]).T) == pytest.approx(np.ones(50))


def test_circles_have_their_radii():
    X, y = datasets.circles(60, noise=0.0, factor=0.3, rng=0)

    assert np.hypot(*X.T) == pytest.approx(np.where(y == 0, 1.0, 0.3))


def test_spirals_wind():
    X, y = datasets.spirals(90, classes=3, noise=0.0, turns=0.75, rng=0)
    r = np.hypot(*X.T)
    angle = 2 * np.pi * (0.75 * r + y / 3)

    assert np.bincount(y).tolist() == [30, 30, 30]
    assert X == pytest.approx(r[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1))


def test_xor_is_the_four_corners():
    X, y = datasets.xor()

    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert y.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize("name", ["moons", "circles", "spirals", "xor"])
def test_seeds_repeat_and_noise_has_its_width(name):
    make = getattr(datasets, name)
    first, again = make(4000, noise=0.1, rng=7), make(4000, noise=0.1, rng=7)
    other = make(4000, noise=0.1, rng=8)

    assert np.array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])
    if name == "xor":
        exact = make(4000)[0]
        assert (first[0] - exact).std() == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"n": 0}, "n is 1 or more"),
        ({"n": 2.5}, "n is an int"),
        ({"noise": -1.0}, "noise is 0 or more"),
        ({"noise": float("nan")}, "noise is 0 or more"),
        ({"rng": "seed"}, "rng takes an int"),
    ],
)
def test_bad_arguments_are_named(arguments, text):
    with pytest.raises(MicrobpError, match=text):
        datasets.moons(**arguments)


def test_digits_are_scikit_learn_s():
    pytest.importorskip("sklearn")
    (X, y), (X_test, y_test) = datasets.digits()

    assert X.shape[1] == 64
    assert len(X) + len(X_test) == len(y) + len(y_test) == 1797
    assert (X.min(), X.max()) == (0.0, 1.0)
