"""The error surface of a gradient descent, and the path over it.

Map: `contours` is the whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.engine.scope import no_grad
from microbp.engine.value import Value
from microbp.errors import ShapeError
from microbp.plots.axes import axes_or_new

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from microbp.train.descent import Descent

PATH, START, END = "#b35806", "#ffffff", "#000000"


def contours(
    f: Callable[..., Value], descent: Descent, ax: Any = None, *, n: int = 80
) -> Any:
    """The path of a gradient descent over the contours of the error surface.

    With one parameter it is the curve of the error, with the points on it.

    Args:
        f: The error, as it was given to `gradient_descent`.
        descent: Its result.
        ax: The Axes to draw on.
        n: Points of the grid, in each direction.

    Returns:
        The Axes.

    Raises:
        ShapeError: There are more than two parameters.
        MissingPackageError: matplotlib is not installed.
    """
    import numpy as np

    path = np.array([step.x for step in descent])
    if path.shape[1] > 2:
        raise ShapeError(
            f"a picture has room for two parameters, not {path.shape[1]}: fix the "
            "others, as in lambda x, y: f(x, y, 1.0)"
        )
    axes = axes_or_new(ax, 6.0, 4.6)
    low, high = path.min(axis=0), path.max(axis=0)
    margin = np.maximum(high - low, 1e-3 + 0.1 * abs(high)) * 0.35
    grid = [
        np.linspace(a, b, n) for a, b in zip(low - margin, high + margin, strict=True)
    ]
    with no_grad():
        if len(grid) == 1:
            axes.plot(grid[0], [f(Value(x)).data for x in grid[0]], color="#555555")
            xs, ys = path[:, 0], np.array([step.value for step in descent])
            axes.set(xlabel="w1", ylabel="E")
        else:
            E = np.array(
                [[f(Value(a), Value(b)).data for a in grid[0]] for b in grid[1]]
            )
            filled = axes.contourf(*grid, E, 24, cmap="Blues_r", alpha=0.85)
            axes.contour(*grid, E, 12, colors="#3a5a78", linewidths=0.5)
            axes.figure.colorbar(filled, ax=axes, label="E")
            xs, ys = path.T
            axes.set(xlabel="w1", ylabel="w2")
    axes.plot(xs, ys, "-", color=PATH, linewidth=1.4, zorder=2)
    axes.plot(xs, ys, "o", color=PATH, markersize=3.5, zorder=3, label="each step")
    for place, colour, marker, label in (
        (0, START, "o", "start"),
        (-1, END, "X", "end"),
    ):
        axes.plot(
            xs[place],
            ys[place],
            marker,
            color=colour,
            markeredgecolor="black" if place == 0 else "white",
            markersize=9,
            zorder=4,
            label=label,
        )
    axes.set_title(f"{descent.steps} steps, E = {descent.value:.4g}")
    axes.legend(loc="best", framealpha=0.9)
    return axes
