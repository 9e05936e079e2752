"""What all plots share: colours that colour-blind readers can tell apart, and Axes.

Map: `COLOURS`, `diverging`; `axes_or_new` and `grid_of_axes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.draw.theme import NEGATIVE, POSITIVE
from microbp.errors import ArgumentTypeError, MissingPackageError

if TYPE_CHECKING:
    from typing import Any

# After M. Okabe and K. Ito, Color Universal Design, 2008; the first two as in `draw`.
COLOURS = [POSITIVE, NEGATIVE, "#009e73", "#b0468c", "#8a6d00", "#444444", "#56b4e9"]
UP, DOWN, FAINT = COLOURS[0], COLOURS[1], "#667080"


def pyplot() -> Any:
    """Matplotlib's pyplot.

    Raises:
        MissingPackageError: matplotlib is not installed.
    """
    try:
        from matplotlib import pyplot
    except ImportError as missing:
        raise MissingPackageError(
            "plots of numbers need matplotlib: pip install matplotlib"
        ) from missing
    return pyplot


def axes_or_new(ax: Any, width: float = 6.0, height: float = 4.4) -> Any:
    """The Axes that was given, or that of a new figure of so many inches.

    Raises:
        ArgumentTypeError: Something else was given.
        MissingPackageError: matplotlib is not installed.
    """
    plt = pyplot()
    if ax is None:
        return plt.subplots(figsize=(width, height), layout="constrained")[1]
    if not hasattr(ax, "contourf"):
        raise ArgumentTypeError(
            f"ax is a matplotlib Axes, not {type(ax).__name__}: take one from "
            "plt.subplots(), or leave it out"
        )
    return ax


def grid_of_axes(n: int, width: float = 2.4, height: float = 2.3) -> Any:
    """N Axes in rows of a new figure, an array `(n,)`."""
    plt = pyplot()
    columns = min(n, 3 if n <= 6 else 4)
    rows = -(-n // columns)
    size = columns * width, rows * height
    figure, grid = plt.subplots(
        rows, columns, figsize=size, layout="constrained", squeeze=False
    )
    for ax in grid.flat[n:]:
        figure.delaxes(ax)
    return grid.flat[:n]


def diverging() -> Any:
    """A colour map from orange, below zero, through white to blue, above."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("microbp", [DOWN, "#ffffff", UP])
