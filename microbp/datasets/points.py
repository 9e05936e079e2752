"""Points in the plane, in classes that no straight line separates.

Each function returns (X, y): X of shape (n, 2), float64; y of shape (n,), int64. Noise
is the standard deviation of what is added to both coordinates of each point, from a
normal distribution; without noise the points lie exactly on their curves. All sets but
`xor` are in random order, so that any stretch of them is a fair sample.

Map: `moons circles spirals xor`; `draw` draws random numbers.
"""

from __future__ import annotations

from microbp.engine.numbers import to_float
from microbp.errors import ArgumentError
from microbp.nn.checks import as_count
from microbp.nn.initializers import as_rng, uniform

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Points = tuple[NDArray[Any], NDArray[Any]]


def moons(n: int = 100, noise: float = 0.1, *, rng: Any = None) -> Points:
    """Two half circles, each with an end inside the other.

    Class 0 is (cos t, sin t) and class 1 is (1 - cos t, 0.5 - sin t), for t in even
    steps from 0 to π: x1 is in [-1, 2] and x2 in [-0.5, 1], and noise adds to that.

    Args:
        n: How many points; class 0 gets the odd one.
        noise: The standard deviation of the noise.
        rng: A seed, a `random.Random`, a NumPy `Generator`, or None for points that
            nobody can predict.

    Returns:
        (X, y), of shapes (n, 2) and (n,).

    Raises:
        ArgumentError: n is not positive, or the noise is negative or not finite.
        ArgumentTypeError: n is not an int, or rng is none.
        NumberError: The noise is not a number.

    Example:
        >>> from microbp.datasets import moons
        >>> X, y = moons(200, noise=0.1, rng=0)
        >>> X.shape, y.sum().item()
        ((200, 2), 100)
    """
    import numpy as np

    (top, bottom), y = _classes(n, 2)
    t, u = np.linspace(0, np.pi, top), np.linspace(0, np.pi, bottom)
    X = np.concatenate(
        [_join(np.cos(t), np.sin(t)), _join(1 - np.cos(u), 0.5 - np.sin(u))]
    )
    return _scattered(X, y, noise, rng)


def circles(
    n: int = 100, noise: float = 0.05, *, factor: float = 0.5, rng: Any = None
) -> Points:
    """A circle inside another.

    Class 0 is (cos t, sin t) and class 1 is factor × (cos t, sin t), for t in even
    steps around the circle: both coordinates are in [-1, 1], and noise adds to that.

    Args:
        n: How many points; class 0 gets the odd one.
        noise: The standard deviation of the noise.
        factor: The radius of the inner circle, between 0 and 1.
        rng: As for `moons`.

    Returns:
        (X, y), of shapes (n, 2) and (n,).

    Raises:
        ArgumentError: As for `moons`, or the factor is not between 0 and 1.
        ArgumentTypeError: As for `moons`.
        NumberError: The noise or the factor is not a number.

    Example:
        >>> from microbp.datasets import circles
        >>> X, y = circles(100, noise=0.0, rng=0)
        >>> bool(((X**2).sum(axis=1).round(9) == 1.0)[y == 0].all())
        True
    """
    import numpy as np

    radius = to_float(factor, "factor")
    if not 0.0 < radius < 1.0:
        raise ArgumentError(f"factor is between 0 and 1, not {factor!r}: try 0.5")
    counts, y = _classes(n, 2)
    t = np.concatenate([np.arange(m) * (2 * np.pi / max(m, 1)) for m in counts])
    X = _join(np.cos(t), np.sin(t)) * np.where(y == 0, 1.0, radius)[:, None]
    return _scattered(X, y, noise, rng)


def spirals(
    n: int = 300,
    classes: int = 3,
    noise: float = 0.02,
    *,
    turns: float = 0.75,
    rng: Any = None,
) -> Points:
    """Arms that wind around the origin, one for each class.

    Class c is (r cos a, r sin a) with a = 2π (turns × r + c / classes), for r in even
    steps up to 1, without 0: both coordinates are in [-1, 1], and noise adds to that.

    Args:
        n: How many points, at least one for each class; the first classes get the odd
            ones.
        classes: How many arms.
        noise: The standard deviation of the noise.
        turns: How often an arm winds around.
        rng: As for `moons`.

    Returns:
        (X, y), of shapes (n, 2) and (n,), with y from 0 to classes - 1.

    Raises:
        ArgumentError: As for `moons`, or there are fewer points than classes, or turns
            are not finite.
        ArgumentTypeError: As for `moons`.
        NumberError: The noise or the number of turns is not a number.

    Example:
        >>> from microbp.datasets import spirals
        >>> X, y = spirals(300, classes=3, rng=0)
        >>> X.shape, sorted(set(y.tolist()))
        ((300, 2), [0, 1, 2])
    """
    import numpy as np

    if as_count(n, "n") < as_count(classes, "classes"):
        raise ArgumentError(
            f"{classes} classes need {classes} points or more, not {n}: use a larger n"
        )
    winding = to_float(turns, "turns")
    if not abs(winding) < np.inf:
        raise ArgumentError(f"turns is a finite number, not {turns!r}: try 0.75")
    counts, y = _classes(n, classes)
    r = np.concatenate([np.arange(1, m + 1) / m for m in counts])
    a = 2 * np.pi * (winding * r + y / classes)
    return _scattered(_join(r * np.cos(a), r * np.sin(a)), y, noise, rng)


def xor(n: int = 4, noise: float = 0.0, *, rng: Any = None) -> Points:
    """The corners of a square, in class 1 where the coordinates differ.

    The corners (0, 0), (0, 1), (1, 0), (1, 1) come in turn, in classes 0, 1, 1, 0. Both
    coordinates are 0 or 1, and noise adds to that.

    Args:
        n: How many points; 4 for each corner once.
        noise: The standard deviation of the noise.
        rng: As for `moons`.

    Returns:
        (X, y), of shapes (n, 2) and (n,).

    Raises:
        ArgumentError: As for `moons`.
        ArgumentTypeError: As for `moons`.
        NumberError: The noise is not a number.

    Example:
        >>> from microbp.datasets import xor
        >>> X, y = xor()
        >>> X.tolist(), y.tolist()
        ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    import numpy as np

    corner = np.arange(as_count(n, "n")) % 4
    first, second = corner // 2, corner % 2
    X = _join(first.astype(float), second.astype(float))
    return X + _noise(noise, len(X), as_rng(rng)), (first ^ second).astype("int64")


def draw(rng: Any, count: int) -> NDArray[Any]:
    """Numbers from 0 to 1, evenly, without 1; no bit is lost on the way.

    Args:
        rng: What `as_rng` returns.
        count: How many.
    """
    import numpy as np

    return (np.array(uniform(rng, 1.0, count)) + 1.0) / 2.0


def _classes(n: int, classes: int) -> tuple[list[int], NDArray[Any]]:
    """How many points each class has, and the class of each point, in order."""
    import numpy as np

    total = as_count(n, "n")
    counts = [(total + classes - 1 - c) // classes for c in range(classes)]
    return counts, np.repeat(np.arange(classes, dtype="int64"), counts)


def _join(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    return np.stack([first, second], axis=1)


def _scattered(X: NDArray[Any], y: NDArray[Any], noise: Any, rng: Any) -> Points:
    """Points with noise, in random order."""
    import numpy as np

    source = as_rng(rng)
    X = X + _noise(noise, len(X), source)
    order = np.argsort(draw(source, len(X)), kind="stable")
    return X[order], y[order]


def _noise(noise: Any, n: int, rng: Any) -> NDArray[Any]:
    """What is added to n points.

    From even random numbers by the formula of G. Box and M. Muller, "A note on the
    generation of random normal deviates", Annals of Mathematical Statistics 29 (1958)
    610-611: of Python's generator, only the even ones are promised to stay the same.
    """
    import numpy as np

    width = to_float(noise, "noise")
    if not 0.0 <= width < np.inf:
        raise ArgumentError(f"noise is 0 or more, and finite, not {noise!r}: try 0.1")
    u, v = draw(rng, n), draw(rng, n)
    radius, angle = np.sqrt(-2.0 * np.log1p(-u)), 2.0 * np.pi * v
    return width * _join(radius * np.cos(angle), radius * np.sin(angle))
