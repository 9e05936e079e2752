"""Curves: numbers by epoch or by step.

Map: `curves` shows a training; `learning_rates` compares descents.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from microbp.errors import ArgumentError
from microbp.plots.axes import COLOURS, FAINT, axes_or_new
from microbp.train.descent import gradient_descent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from microbp.engine.value import Value


def curves(history: Any, ax: Any = None) -> Any:
    """Loss and metrics by epoch; those of the validation data are dashed.

    Args:
        history: What `fit` returned, or a dict of lists like its `.history`.
        ax: The Axes to draw the loss on; metrics get a scale of their own on the right.

    Returns:
        The Axes.

    Raises:
        ArgumentError: There is no epoch in it.
        MissingPackageError: matplotlib is not installed.

    Example:
        >>> from microbp import plots
        >>> ax = plots.curves({"loss": [1.0, 0.5], "accuracy": [0.5, 0.9]})
        >>> ax.get_xlabel(), ax.get_ylabel()
        ('epoch', 'loss')
    """
    numbers = getattr(history, "history", history)
    if not isinstance(numbers, dict) or not any(numbers.values()):
        raise ArgumentError(
            "history has no epochs: pass what model.fit(...) returned, after it ran"
        )
    ax = axes_or_new(ax)
    names = dict.fromkeys(name.removeprefix("val_") for name in numbers)
    metrics = [name for name in names if name != "loss"]
    right = ax.twinx() if metrics and "loss" in names else ax
    lines = []
    for k, name in enumerate(names):
        axis = ax if name == "loss" else right
        colour = COLOURS[k % len(COLOURS)]
        for key, style in ((name, "-"), (f"val_{name}", "--")):
            if key in numbers:
                epochs = range(1, len(numbers[key]) + 1)
                lines += axis.plot(epochs, numbers[key], style, color=colour, label=key)
    if "val_loss" in numbers:
        best = min(range(len(numbers["val_loss"])), key=numbers["val_loss"].__getitem__)
        ax.axvline(best + 1, color=FAINT, linewidth=0.8, linestyle=":")
        ax.annotate(
            f"best val_loss, epoch {best + 1}",
            (best + 1, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(-3, -4),
            textcoords="offset points",
            rotation=90,
            ha="right",
            va="top",
            color=FAINT,
            fontsize=8,
        )
    ax.set(xlabel="epoch", ylabel="loss" if "loss" in names else "")
    right.set_ylabel("loss" if right is ax and "loss" in names else ", ".join(metrics))
    ax.xaxis.get_major_locator().set_params(integer=True)
    place = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0)}
    ax.legend(handles=lines, ncols=len(lines), frameon=False, fontsize=9, **place)
    return ax


def learning_rates(
    f: Callable[..., Value],
    start: Any,
    rates: Iterable[float] = (0.001, 0.01, 0.1, 1.0),
    ax: Any = None,
    *,
    max_steps: int = 50,
) -> Any:
    """One gradient descent with several learning rates: the error by step.

    Args:
        f: The error, as `gradient_descent` takes it.
        start: Where all of them start.
        rates: The learning rates.
        ax: The Axes to draw on.
        max_steps: How many steps each may take.

    Returns:
        The Axes. The legend says which diverged, and where.

    Raises:
        ArgumentError: There are no rates.
        MissingPackageError: matplotlib is not installed.

    Example:
        >>> from microbp import plots
        >>> ax = plots.learning_rates(lambda w: (w - 3) ** 2, 0.0, [0.1, 1.5])
        >>> [line.get_label()[:24] for line in ax.get_lines()]
        ['η = 0.1: E = 1.83e-09', 'η = 1.5: diverges']
    """
    rates = list(rates)
    if not rates:
        raise ArgumentError("rates is empty: give at least one learning rate")
    ax = axes_or_new(ax)
    highest = 0.0
    for k, rate in enumerate(rates):
        descent = gradient_descent(f, start, rate, 0.0, max_steps)
        errors = [step.value for step in descent if isfinite(step.value)]
        highest = max(highest, errors[0])
        grows = len(errors) < len(descent) or errors[-1] > errors[0]
        note = "diverges" if grows else f"E = {errors[-1]:.3g}"
        marks = {"linestyle": "--" if grows else "-", "marker": "."}
        colour = COLOURS[k % len(COLOURS)]
        ax.plot(errors, color=colour, label=f"η = {rate:g}: {note}", **marks)
    # What diverges leaves the picture, or the others could not be told apart.
    lowest = min(min(line.get_ydata()) for line in ax.get_lines())
    if lowest > 0.0:
        ax.set_yscale("log")
        ax.set_ylim(max(lowest / 2, 1e-16), highest * 30)
    else:
        ax.set_ylim(lowest - 0.1 * abs(lowest), highest * 3)
    ax.set(xlabel="step", ylabel="E")
    ax.legend(framealpha=0.9)
    return ax
