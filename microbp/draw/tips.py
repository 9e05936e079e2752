"""Tooltips: what a picture in a browser tells of the thing under the pointer.

All digits, the whole label, and the chain rule at an edge in numbers.

Map: `node_tip`, `group_tip`, `edge_tip`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.text.notation import expression
from microbp.text.quoting import shorten, visible

if TYPE_CHECKING:
    from microbp.graph import Edge, Graph, Group

LONGEST = 1000  # characters of a label in a tooltip


def _name(graph: Graph, i: int, longest: int = 40) -> str:
    return shorten(visible(graph.names[i]), longest)


def _number(x: float) -> str:
    return repr(x).replace("-", "−")


def node_tip(graph: Graph, i: int) -> str:
    """Name, operation with operands, all digits of data and gradient, module."""
    node = graph[i]
    name = _name(graph, i, LONGEST)
    if node.kind == "operation":
        operands = [_name(graph, p) for p in node.parents]
        name += f" = {visible(expression(node.op, operands))}"
    lines = [
        f"{name}  ({visible(node.op) or node.kind})",
        f"data {_number(node.data)}",
        f"gradient {_number(node.grad)}",
    ]
    if node.scope is not None:
        lines.append(f"in {visible(node.scope.path)}")
    return "\n".join(lines)


def group_tip(graph: Graph, group: Group) -> str:
    """Path, what it is, how much is in it, and the range of its outputs."""
    numbers = [graph.data[i] for i in group.outputs]
    lines = [
        visible(group.path or group.name),
        visible(group.title),
        f"{group.operations:,} operations, {group.parameters:,} parameters",
        f"{len(group.outputs):,} outputs",
        f"gradient, root mean square {_number(group.grad_rms)}",
    ]
    if numbers:
        lines[3] += f" from {_number(min(numbers))} to {_number(max(numbers))}"
    return "\n".join(line for line in lines if line)


def edge_tip(graph: Graph, edge: Edge) -> str:
    """The local derivative, and what the operand receives by it."""
    if edge.nodes is None or edge.local is None:
        return f"{edge.values:,} values"
    operand, user = edge.nodes
    x, out = _name(graph, operand), _name(graph, user)
    gradient = graph.grad[user]
    return (
        f"∂({out})/∂({x}) = {_number(edge.local)}\n"
        f"{x} receives {_number(gradient)} × {_number(edge.local)} "
        f"= {_number(gradient * edge.local)}"
    )
