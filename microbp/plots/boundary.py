"""What a classifier of two inputs says at every point of the plane.

Map: `decision_boundary` at one time; `boundaries` over training, as small pictures;
`boundary_animation` as a moving one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.engine.unknown import placeholder
from microbp.errors import ArgumentError, ShapeError
from microbp.lift import lift
from microbp.plots.axes import COLOURS, axes_or_new, diverging, grid_of_axes, pyplot

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def decision_boundary(
    model: Callable[..., Any],
    X: Any,
    y: Any,
    ax: Any = None,
    *,
    threshold: float | None = None,
    points: int = 120,
) -> Any:
    """The regions that a model tells apart, with the samples on them.

    The model is recorded for one point and lifted, so thousands of points cost little.

    Args:
        model: Takes two inputs; gives one output, or one for each class.
        X: The samples, `(n, 2)`.
        y: Their classes, `(n,)`: 0 and 1, -1 and 1, or 0, 1, 2, ...
        ax: The Axes to draw on.
        threshold: Where one output decides; by default 0 for classes -1 and 1, or else
            0.5.
        points: Of the grid, in each direction.

    Returns:
        The Axes.

    Raises:
        ShapeError: X is not `(n, 2)`, or y does not fit.
        MissingPackageError: matplotlib is not installed.

    Example:
        >>> from microbp import MLP, datasets, plots
        >>> X, y = datasets.moons(40, rng=0)
        >>> ax = plots.decision_boundary(MLP(2, [4, 1], rng=0), X, y)
        >>> ax.get_xlabel()
        'x1'
    """
    X, y = _checked(X, y)
    ax = axes_or_new(ax, 5.2, 4.4)
    _draw(_predictor(model), X, y, ax, threshold, points)
    return ax


def boundaries(
    model: Any, history: Any, X: Any, y: Any, *, count: int = 6, **options: Any
) -> Any:
    """The regions over training: small pictures, of the first epoch to the last.

    Args:
        model: The model, `decision_boundary` says of what kind. It ends as it was.
        history: A `WeightHistory`, the callback that `fit` was given.
        X: The samples, `(n, 2)`.
        y: Their classes, `(n,)`.
        count: How many pictures.
        options: Those of `decision_boundary`.

    Returns:
        The Axes, an array `(count,)`.

    Raises:
        ArgumentError: The history is empty, or of another model.
    """
    X, y = _checked(X, y)
    epochs = _chosen(history, count)
    axes = grid_of_axes(len(epochs))
    for ax, k in zip(axes, epochs, strict=True):
        with _Weights(model, history.weights[k]):
            decision_boundary(model, X, y, ax, **options)
        _name_epoch(ax, history, k)
    return axes


def boundary_animation(
    model: Any,
    history: Any,
    X: Any,
    y: Any,
    ax: Any = None,
    *,
    count: int = 40,
    interval: int = 150,
    **options: Any,
) -> Any:
    """The regions over training, as an animation.

    Args:
        model: The model, `decision_boundary` says of what kind. It ends as it was.
        history: A `WeightHistory`, the callback that `fit` was given.
        X: The samples, `(n, 2)`.
        y: Their classes, `(n,)`.
        ax: The Axes to draw on.
        count: How many frames at most.
        interval: Milliseconds between them.
        options: Those of `decision_boundary`.

    Returns:
        A matplotlib `FuncAnimation`: `.save("boundary.gif", writer="pillow")`.

    Raises:
        ArgumentError: The history is empty, or of another model.
    """
    X, y = _checked(X, y)
    ax = axes_or_new(ax, 5.2, 4.4)
    pyplot()
    from matplotlib.animation import FuncAnimation

    epochs = _chosen(history, count)

    def show(k: int) -> list[Any]:
        ax.clear()
        with _Weights(model, history.weights[k]):
            decision_boundary(model, X, y, ax, **options)
        _name_epoch(ax, history, k)
        return []

    return FuncAnimation(ax.figure, show, epochs, interval=interval, blit=False)


def _checked(X: Any, y: Any) -> tuple[Any, Any]:
    import numpy as np

    X, y = np.asarray(X, float), np.asarray(y).ravel()
    if X.ndim != 2 or X.shape[1] != 2 or len(X) == 0:
        raise ShapeError(
            f"a plane has two coordinates, so X is (n, 2), not {X.shape}: choose two "
            "columns, as in X[:, :2], and a model of two inputs"
        )
    if len(y) != len(X):
        raise ShapeError(f"there are {len(X)} samples and {len(y)} classes")
    return X, y


def _predictor(model: Callable[..., Any]) -> Callable[[Any], Any]:
    """The outputs of a model for rows, `(n, outputs)`, at its weights of now."""
    inputs = [placeholder("x1"), placeholder("x2")]
    outputs = model(inputs)
    many = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return lift(list(many), inputs=inputs)


def _draw(
    predict: Any, X: Any, y: Any, ax: Any, threshold: float | None, points: int
) -> None:
    import numpy as np

    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.15 * np.maximum(high - low, 1e-3)
    sides = [
        np.linspace(a, b, points)
        for a, b in zip(low - margin, high + margin, strict=True)
    ]
    grid = np.stack(np.meshgrid(*sides), axis=-1)
    outputs = predict(grid.reshape(-1, 2)).reshape(points, points, -1)
    classes = np.unique(y)
    if outputs.shape[2] == 1:
        _one_output(outputs[:, :, 0], sides, classes, ax, threshold)
    else:
        _many_outputs(outputs, sides, ax)
    for k, one in enumerate(classes):
        colour = _colour(one, k)
        ax.scatter(
            *X[y == one].T, s=16, color=colour, edgecolors="white", linewidths=0.6
        )
    ax.set(xlabel="x1", ylabel="x2")


def _one_output(
    out: Any, sides: Any, classes: Any, ax: Any, threshold: float | None
) -> None:
    import numpy as np

    if threshold is None:
        threshold = 0.0 if classes.min() < 0 else 0.5
    reach = max(float(np.abs(out - threshold).max()), 1e-9)
    levels = np.linspace(threshold - reach, threshold + reach, 21)
    # Class 1 is orange and class 0 blue, so what is above the threshold is orange.
    ax.contourf(*sides, out, levels, cmap=diverging().reversed(), alpha=0.55)
    if out.min() < threshold < out.max():
        ax.contour(*sides, out, [threshold], colors="#1c2330", linewidths=1.4)


def _many_outputs(outputs: Any, sides: Any, ax: Any) -> None:
    import numpy as np
    from matplotlib.colors import ListedColormap

    winner = outputs.argmax(axis=2)
    n = outputs.shape[2]
    colours = [COLOURS[k % len(COLOURS)] for k in range(n)]
    ax.contourf(
        *sides,
        winner,
        np.arange(n + 1) - 0.5,
        cmap=ListedColormap(colours),
        alpha=0.35,
    )
    for k in range(n):  # borders; a class that is nowhere has none
        if 0 < (winner == k).sum() < winner.size:
            others = np.delete(outputs, k, axis=2).max(axis=2)
            lead = outputs[:, :, k] - others
            ax.contour(*sides, lead, [0.0], colors="#1c2330", linewidths=0.8)


def _colour(label: Any, place: int) -> str:
    number = float(label)
    k = int(number) if number >= 0 and number == int(number) else place
    return COLOURS[k % len(COLOURS)]


def _chosen(history: Any, count: int) -> list[int]:
    import numpy as np

    weights = getattr(history, "weights", None)
    if not weights:
        raise ArgumentError(
            "history is a WeightHistory that fit has filled: pass "
            "callbacks=[history] to fit before"
        )
    if not isinstance(count, int) or count < 1:
        raise ArgumentError(f"count is a whole number from 1, not {count!r}")
    n = len(weights)
    chosen = np.linspace(0, n - 1, min(count, n)).round().astype(int)
    return [int(k) for k in dict.fromkeys(chosen.tolist())]


def _name_epoch(ax: Any, history: Any, k: int) -> None:
    logs = history.logs[k]
    loss = f", loss {logs['loss']:.3f}" if "loss" in logs else ""
    ax.set_title(f"epoch {history.epoch[k] + 1}{loss}", fontsize=9)


class _Weights:
    """Gives a model other weights for a while."""

    def __init__(self, model: Any, weights: Any) -> None:
        self.parameters, self.weights = model.parameters(), weights
        if len(self.parameters) != len(weights):
            raise ArgumentError(
                f"history has {len(weights)} weights an epoch and the model has "
                f"{len(self.parameters)}: it is of another model"
            )

    def __enter__(self) -> None:
        self.before = [p.data for p in self.parameters]
        for p, w in zip(self.parameters, self.weights, strict=True):
            p.data = float(w)

    def __exit__(self, *exception: object) -> None:
        for p, w in zip(self.parameters, self.before, strict=True):
            p.data = w
