"""The drawing functions of micrograd's notebooks.

Map: `draw_dot` is a picture of a graph, `trace` its nodes and edges.
"""

from __future__ import annotations

from microbp.engine.backward import walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from microbp.engine.value import Value


def draw_dot(root: Value, format: str = "svg", rankdir: str = "LR") -> Any:
    """A picture of the graph that ends in `root`; see `microbp.draw`.

    Args:
        root: The result.
        format: A format of Graphviz, such as "svg" or "png".
        rankdir: "LR" for left to right, "TB" for top to bottom.

    Returns:
        A `graphviz.Digraph`.
    """
    from microbp.draw import draw

    return draw(root, format=format, rankdir=rankdir)


def trace(root: Value) -> tuple[set[Value], set[tuple[Value, Value]]]:
    """All nodes that `root` depends on, and the pairs (operand, result).

    Example:
        >>> from microbp import Value
        >>> from microbp.micrograd import trace
        >>> a = Value(2.0)
        >>> nodes, edges = trace(a * a)
        >>> len(nodes), len(edges)
        (2, 1)
    """
    nodes = set(walk([root])) | {root}
    return nodes, {(operand, node) for node in nodes for operand in node.parents}
