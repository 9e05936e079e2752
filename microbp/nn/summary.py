"""A table of what a network consists of, counted in its own graph.

Map: `summary` makes it; `Module.summary` prints it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.engine.unknown import placeholder
from microbp.errors import ArgumentError
from microbp.graph import Graph, fold

if TYPE_CHECKING:
    from microbp.graph import Group
    from microbp.nn.module import Module

HEAD = ("Layer", "Output", "Parameters", "Scalar nodes")


def summary(model: Module, inputs: int | None = None) -> str:
    """The parts of a model with their outputs, parameters and scalar nodes.

    One sample is recorded and its graph counted, so nothing is estimated: the nodes are
    those that `draw` would show.

    Args:
        model: The model.
        inputs: How many numbers a sample has; by default `model.nin`.

    Raises:
        ArgumentError: It is not known how many inputs there are.

    Example:
        >>> from microbp import MLP
        >>> print(summary(MLP(2, [16, 1], "tanh", rng=0)))
        Model: MLP(2, [16, 1], activation='tanh')
        Layer    Output      Parameters  Scalar nodes
        layer 1  (None, 16)          48           112
        layer 2  (None, 1)           17            34
        Total: 65 parameters, each of them a Value, and 148 scalar nodes a sample
    """
    n = getattr(model, "nin", None) if inputs is None else inputs
    if n is None:
        raise ArgumentError(
            "how many inputs a sample has is not known: give them, as in "
            "model.summary(inputs=4)"
        )
    outputs = model([placeholder(f"x{i}") for i in range(1, n + 1)])
    graph = Graph(outputs)
    folded = fold(graph, 2)
    groups = [box for box in folded.boxes if not isinstance(box, int) and box.is_module]
    rows = [HEAD, *map(_row, groups)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join(
        [
            f"Model: {model!r}",
            *lines,
            f"Total: {len(model.parameters()):,} parameters, each of them a Value, and "
            f"{len(graph):,} scalar nodes a sample",
        ]
    )


def _row(group: Group) -> tuple[str, ...]:
    shape = f"(None, {len(group.outputs)})"
    return group.name, shape, f"{group.parameters:,}", f"{len(group.nodes):,}"
