"""Gradient descent as a function: initialise, error, gradient, update, repeat.

Backpropagation computes a gradient and changes nothing; gradient descent uses a
gradient and does not ask where it is from. Both are here, one line each, in `_walk`.

Map: `gradient_descent` walks; `Descent` is the path it took.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from microbp.engine.numbers import to_float
from microbp.engine.value import Value, leaf
from microbp.errors import ArgumentError, ArgumentTypeError
from microbp.train.stepping import as_positive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


class Step(NamedTuple):
    """One point of the path.

    Attributes:
        x: The parameters, `(n,)`.
        value: The error there.
        gradient: Its gradient, `(n,)`.
    """

    x: tuple[float, ...]
    value: float
    gradient: tuple[float, ...]


class Descent:
    """The path of a gradient descent.

    Attributes:
        path: The points, a list of `Step`; the last is where it ended.
        converged: Is the gradient there as short as was asked for?
        reason: Why it ended.
    """

    def __init__(self, path: list[Step], converged: bool, reason: str) -> None:
        self.path, self.converged, self.reason = path, converged, reason

    @property
    def x(self) -> tuple[float, ...]:
        """The parameters at the end."""
        return self.path[-1].x

    @property
    def value(self) -> float:
        """The error at the end."""
        return self.path[-1].value

    @property
    def gradient(self) -> tuple[float, ...]:
        """The gradient at the end."""
        return self.path[-1].gradient

    @property
    def steps(self) -> int:
        """How many updates were made."""
        return len(self.path) - 1

    def __len__(self) -> int:
        return len(self.path)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.path)

    def __getitem__(self, place: int) -> Step:
        return self.path[place]

    def __repr__(self) -> str:
        return f"Descent({self.steps} steps, E = {self.value:.6g}, {self.reason})"

    def __str__(self) -> str:
        rows = [("step", "E", "W", "dE/dW")]
        for k, step in enumerate(self.path):
            if 3 <= k < len(self.path) - 2:
                if k == 3:
                    rows.append(("...",) * 4)
                continue
            rows.append(
                (str(k), f"{step.value:.6g}", _row(step.x), _row(step.gradient))
            )
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(c.rjust(w) for c, w in zip(row, widths, strict=True))
            for row in rows
        ]
        return "\n".join([*lines, self.reason])


def gradient_descent(
    f: Callable[..., Value],
    start: Any,
    learning_rate: Any = 0.1,
    tolerance: float = 1e-6,
    max_steps: int = 1000,
) -> Descent:
    """Walk downhill from a point until the ground is level.

    Compute the error E, compute its gradient, update W ← W - η·dE/dW, and repeat
    until the gradient is no longer than the tolerance.

    Source: A. Cauchy, "Méthode générale pour la résolution des systèmes d'équations
    simultanées", Comptes rendus 25, 1847.

    Args:
        f: The error: takes a Value for each parameter and returns a Value.
        start: The first parameters, `(n,)`; a number if there is one.
        learning_rate: η, above 0, or a function from the number of steps made to it.
        tolerance: How long a gradient may be, in the Euclidean norm, to count as 0.
        max_steps: The largest number of updates.

    Returns:
        The path. Where E or its gradient is no finite number, it ends, and says so.

    Raises:
        ArgumentTypeError: f does not return a Value.
        ArgumentError: A number is out of its range, or there are no parameters.

    Example:
        >>> from microbp import gradient_descent
        >>> walk = gradient_descent(lambda x, y: x**2 + 2 * y**2, [1.0, 1.0], 0.25)
        >>> walk.converged, [round(w, 4) for w in walk.x]
        (True, [0.0, 0.0])
        >>> walk[1].x
        (0.5, 0.0)
    """
    rate = learning_rate
    if not callable(rate):
        rate = as_positive(rate, "learning_rate")
    point = _point(start)
    limit = to_float(tolerance, "tolerance")
    if not limit >= 0.0:
        raise ArgumentError(f"tolerance is 0 or more, not {tolerance!r}")
    if not hasattr(max_steps, "__index__") or max_steps < 1:
        raise ArgumentError(f"max_steps is an int of 1 or more, not {max_steps!r}")
    return _walk(f, point, rate, limit, max_steps)


def _walk(
    f: Callable[..., Value], point: list[float], rate: Any, limit: float, most: int
) -> Descent:
    path: list[Step] = []
    while True:
        W = [leaf(number, f"w{i}") for i, number in enumerate(point, 1)]
        E = f(*W)
        if not isinstance(E, Value):
            raise ArgumentTypeError(
                f"f returns a Value, not {type(E).__name__} {E!r}: compute with the "
                "Values it is given"
            )
        E.backward()  # backpropagation: the gradient, and nothing is changed
        gradient = [w.grad for w in W]
        path.append(Step(tuple(point), E.data, tuple(gradient)))
        if not all(map(isfinite, [E.data, *gradient])):
            reason = "diverged: a number is not finite, try a smaller learning rate"
            return Descent(path, False, reason)
        if sum(g * g for g in gradient) ** 0.5 <= limit:
            return Descent(path, True, f"converged after {len(path) - 1} steps")
        if len(path) > most:
            return Descent(path, False, f"not converged after {most} steps")
        eta = rate(len(path) - 1) if callable(rate) else rate
        point = [w - eta * g for w, g in zip(point, gradient, strict=True)]  # descent


def _point(start: Any) -> list[float]:
    numbers = start if hasattr(start, "__iter__") else [start]
    point = [to_float(getattr(x, "data", x), "a parameter") for x in numbers]
    if not point:
        raise ArgumentError("start is empty: give a number for each parameter of f")
    if not all(map(isfinite, point)):
        raise ArgumentError(f"start holds finite numbers, not {point}")
    return point


def _row(numbers: tuple[float, ...]) -> str:
    shown = [f"{x:.4g}" for x in numbers[:4]] + ["..."] * (len(numbers) > 4)
    return ", ".join(shown)
