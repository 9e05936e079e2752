"""What goes on in each layer: activations, gradients, weights.

Map: `histograms` shows how they are spread, and says which vanish, explode, saturate or
are dead; `weights` shows those of each neuron as an image.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

from microbp.errors import ArgumentError, ChoiceError, EmptyGraphError, ShapeError
from microbp.graph import Graph, fold
from microbp.graph.modules import kinds
from microbp.plots.axes import DOWN, FAINT, UP, axes_or_new, diverging

if TYPE_CHECKING:
    from typing import Any

WHAT = ("activations", "gradients", "weights", "weight gradients")
# Beside the layer next to the loss: below this part, or above its inverse.
VANISHING = 1e-3
DEAD = 0.9  # so large a share of exact zeros
SATURATED = 0.5, 0.97  # such a share of outputs of tanh or sigmoid so near the ends


def histograms(
    losses: Any, what: str = "gradients", ax: Any = None, *, bins: int = 40
) -> Any:
    """How the numbers of each layer are spread, a row for each layer.

    Gradients are shown by their size, on a scale of powers of ten. A layer is called
    vanishing where the root mean square of its gradients is below 1/1000 of that of
    the layer next to the loss, and exploding where it is above 1000 times that.
    Activations are called dead where 90 % are exactly 0, and saturated where half of
    those of tanh or sigmoid are within 3 % of the ends.

    Source: X. Glorot and Y. Bengio, "Understanding the difficulty of training deep
    feedforward neural networks", AISTATS 2010, which looks at networks this way.

    Args:
        losses: The loss of a sample, a Value or `Graph`, or a list of such; for
            gradients, after `backward`.
        what: `"activations"` or `"gradients"` of what each layer gives, `"weights"` or
            `"weight gradients"` of its parameters.
        ax: The Axes to draw on.
        bins: Of each histogram.

    Returns:
        The Axes; `ax.findings` is a dict from layers to what was called out.

    Raises:
        ChoiceError: There is no such `what`.
        EmptyGraphError: No layer computed anything in the graph, or `backward` was not
            called.
        MissingPackageError: matplotlib is not installed.
    """
    if what not in WHAT:
        raise ChoiceError("what", what, WHAT)
    import numpy as np

    layers = _layers(losses, what)
    is_gradient = what.endswith("gradients")
    if is_gradient and not any(x for numbers, _ in layers.values() for x in numbers):
        raise EmptyGraphError(
            f"all {what} are 0.0: call backward() on the losses before"
        )
    ax = axes_or_new(ax, 7.0, 1.2 + 0.8 * len(layers))
    rms = {
        name: float(np.sqrt(np.mean(np.square(numbers))))
        for name, (numbers, _) in layers.items()
    }
    shown = {
        name: _on_scale(numbers, is_gradient) for name, (numbers, _) in layers.items()
    }
    ends = np.concatenate(list(shown.values()))
    ends = ends if len(ends) else np.zeros(1)
    edges = np.linspace(ends.min() - 1e-9, ends.max() + 1e-9, bins + 1)
    findings = {}
    for row, (name, (numbers, title)) in enumerate(layers.items()):
        finding = _finding(numbers, title, rms, name, what)
        colour = DOWN if finding else UP
        if len(shown[name]):
            heights, _ = np.histogram(shown[name], bins=edges)
            tops = 0.8 * heights / heights.max()
            ax.fill_between(
                np.repeat(edges, 2)[1:-1],
                -row,
                np.repeat(tops, 2) - row,
                color=colour,
                alpha=0.6,
                linewidth=0,
            )
        ax.axhline(-row, color=FAINT, linewidth=0.6)
        words = f"rms {rms[name]:.2g}" + (f"  {finding}" if finding else "")
        ax.annotate(
            words,
            (1.0, -row),
            xycoords=("axes fraction", "data"),
            xytext=(-4, 4),
            textcoords="offset points",
            ha="right",
            color="#7a2a04" if finding else FAINT,
            weight="bold" if finding else "normal",
            fontsize=9,
        )
        if finding:
            findings[name] = finding
    short = [name.rpartition("/")[2] for name in layers]
    names = short if len(set(short)) == len(short) else list(layers)
    ax.set_yticks([-row for row in range(len(layers))], names)
    ax.set_ylim(-len(layers) + 0.8, 1.0)
    ax.set_xlim(edges[0], edges[-1] + 0.25 * (edges[-1] - edges[0]))
    ax.set_xlabel(f"log10 of the size of {what}" if is_gradient else what)
    ax.findings = findings
    return ax


def weights(
    layer: Any, ax: Any = None, *, shape: tuple[int, int] | None = None, gap: int = 1
) -> Any:
    """The weights of each neuron as an image, all neurons side by side.

    Args:
        layer: A `Layer` or `Dense`, or a model, of which the first layer is shown.
        ax: The Axes to draw on.
        shape: Rows and columns of an image, `(h, w)` with h·w inputs; by default a
            square if there are as many inputs, else one row.
        gap: Between images, in weights.

    Returns:
        The Axes: blue is above zero, orange below.

    Raises:
        ArgumentError: It has no neurons.
        ShapeError: The shape does not fit the number of inputs.
        MissingPackageError: matplotlib is not installed.

    Example:
        >>> from microbp import Layer, plots
        >>> ax = plots.weights(Layer(9, 4, rng=0))
        >>> ax.get_title()
        '4 neurons of 3 × 3 weights'
    """
    import numpy as np

    layer = getattr(layer, "layers", [layer])[0]
    neurons = getattr(layer, "neurons", None)
    if not neurons:
        raise ArgumentError(
            f"{type(layer).__name__} has no neurons whose weights could be shown: give "
            "a Layer, or a model with layers"
        )
    w = np.array([[weight.data for weight in neuron.w] for neuron in neurons])
    n = w.shape[1]
    if shape is None:
        side = isqrt(n)
        shape = (side, side) if side * side == n else (1, n)
    if len(shape) != 2 or shape[0] * shape[1] != n:
        raise ShapeError(
            f"shape={shape} has not as many places as each neuron has weights, {n}"
        )
    height, width = shape
    columns = max(1, round((len(w) * height / width) ** 0.5))
    rows = -(-len(w) // columns)
    whole = np.full(
        (rows * (height + gap) - gap, columns * (width + gap) - gap), np.nan
    )
    for k, image in enumerate(w):
        y, x = k // columns * (height + gap), k % columns * (width + gap)
        whole[y : y + height, x : x + width] = image.reshape(shape)
    ax = axes_or_new(ax, 5.6, 5.0)
    reach = float(np.abs(w).max()) or 1.0
    shown = ax.imshow(whole, cmap=diverging(), vmin=-reach, vmax=reach)
    ax.set_facecolor("#c3cad5")
    ax.set(xticks=[], yticks=[])
    ax.set_title(f"{len(w)} neurons of {height} × {width} weights", fontsize=10)
    ax.figure.colorbar(shown, ax=ax, shrink=0.8, label="weight")
    return ax


def _layers(losses: Any, what: str) -> dict[str, tuple[list[float], str]]:
    """For each layer, from the inputs on, its numbers and what it is."""
    several = losses if isinstance(losses, (list, tuple)) else [losses]
    found: dict[str, tuple[list[float], str]] = {}
    parameters: dict[str, dict[Any, float]] = {}
    for each in several:
        graph = each if isinstance(each, Graph) else Graph(each)
        present = [kind for kind in kinds(graph.scope) if kind != "neuron"]
        if not present:
            raise EmptyGraphError(
                "no layer computed anything in this graph: make the loss with a "
                "network of Layers, such as an MLP"
            )
        column = graph.grad if what.endswith("gradients") else graph.data
        values = [value for value, _ in graph.values()]
        for group in fold(graph, present[-1]).boxes:
            if isinstance(group, int) or group.kind != present[-1]:
                continue
            numbers, _ = found.setdefault(group.path, ([], group.title))
            if what in ("activations", "gradients"):
                numbers += [column[i] for i in group.outputs]
                continue
            own = parameters.setdefault(group.path, {})
            for i in group.nodes:
                for p in (i, *graph.parents[i]):
                    if graph.kind[p] == "parameter":
                        own[values[p] if values else p] = column[p]
    for path, own in parameters.items():
        found[path][0].extend(own.values())
    return found


def _on_scale(numbers: list[float], is_gradient: bool) -> Any:
    """The numbers as they are shown: the size of gradients, in powers of ten."""
    import numpy as np

    x = np.array(numbers)
    if is_gradient:
        x = np.log10(np.abs(x[x != 0.0]))
    return x[np.isfinite(x)]


def _finding(
    numbers: list[float], title: str, rms: dict[str, float], name: str, what: str
) -> str:
    import numpy as np

    x = np.array(numbers)
    if not np.isfinite(x).all():
        return f"{np.mean(~np.isfinite(x)):.0%} not finite"
    if what.endswith("gradients"):
        last = list(rms.values())[-1]
        if rms[name] < VANISHING * last:
            return "vanishing"
        return "exploding" if rms[name] * VANISHING > last else ""
    if what != "activations":
        return ""
    if np.mean(x == 0.0) >= DEAD:
        return f"dead: {np.mean(x == 0.0):.0%} are 0"
    share, end = SATURATED
    near = np.abs(x) > end if "tanh" in title else np.abs(x - 0.5) > end / 2
    bounded = "tanh" in title or "sigmoid" in title
    if bounded and np.mean(near) >= share:
        return f"saturated: {np.mean(near):.0%} at the ends"
    return ""
