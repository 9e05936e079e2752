"""The difference of two graphs: what a step of training changed, number by number.

Map: `changes` gives the graph with the change of each number in place of gradients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.errors import ArgumentError
from microbp.graph import Graph

if TYPE_CHECKING:
    from typing import Any


def changes(after: Graph, before: Any) -> Graph:
    """The later graph, with `data` minus that of the earlier one as its `grad`.

    Args:
        after: The later graph.
        before: The earlier one, of the same shape: a `Graph`, or the root of one that
            was not changed since.

    Raises:
        ArgumentError: The two are not of the same shape.

    Example:
        >>> from microbp import Value
        >>> w = Value(1.0)
        >>> before = Graph(2 * w)
        >>> w.data = 1.5
        >>> changes(Graph(2 * w), before).grad
        (0.0, 0.5, 1.0)
    """
    earlier = before if isinstance(before, Graph) else Graph(before)
    if len(earlier) != len(after):
        raise ArgumentError(
            f"before= has {len(earlier)} nodes and this graph has {len(after)}: the "
            "difference is drawn of two graphs of the same shape, such as the loss of "
            "one sample before and after a step; keep the first as Graph(loss)"
        )
    for i, name in enumerate(after.names):
        if (earlier.op[i], earlier.parents[i]) != (after.op[i], after.parents[i]):
            raise ArgumentError(
                f"{name!r} is {after.op[i] or 'a leaf'} of {after.parents[i]} here and "
                f"{earlier.op[i] or 'a leaf'} of {earlier.parents[i]} in before=: the "
                "difference is drawn of two graphs of the same shape"
            )
    return after.with_column(
        "grad", [a - b for a, b in zip(after.data, earlier.data, strict=True)]
    )
