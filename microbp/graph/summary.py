"""Group: many nodes drawn as one box, and the numbers that sum it up.

Map: `Group` is the box. `summarize` counts and averages for all groups of a fold.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from microbp.engine.scope import Scope
    from microbp.graph.snapshot import Graph


NO_MODULES = ("operands", "repeats", "inputs", "parameters", "constants")


class Group:
    """Nodes that are drawn as one box: a closed module, or many alike.

    Attributes:
        kind: The kind of module, or `"operands"`, `"repeats"`, `"inputs"`,
            `"parameters"`, `"constants"`.
        name: What to call it, such as `"layer 1"` or `"778 more products"`.
        title: What it is, such as `"Layer(2, 16, relu)"`, or `""`.
        path: The path of the module, or `""`.
        frame: The innermost open module around it, or None.
        nodes: The numbers of the nodes in it, in order.
        outputs: Those of them that are used outside, or are roots.
        operations: How many of its nodes are results of operations.
        parameters: How many different parameters it uses.
        grad_rms: The root mean square of the gradients of those, or of its outputs if
            it uses none.
        total: The sum of its outputs.
    """

    __slots__ = (
        *("kind", "name", "title", "path", "frame", "nodes", "outputs"),
        *("operations", "parameters", "grad_rms", "total"),
    )

    def __init__(
        self,
        kind: str,
        name: str,
        title: str = "",
        path: str = "",
        frame: Scope | None = None,
    ) -> None:
        self.kind, self.name, self.title, self.path = kind, name, title, path
        self.frame = frame
        self.nodes: tuple[int, ...] = ()
        self.outputs: tuple[int, ...] = ()
        self.operations = self.parameters = 0
        self.grad_rms = self.total = 0.0

    @classmethod
    def of_module(cls, scope: Scope) -> Group:
        """A group for what a call of a module computed."""
        return cls(scope.kind, scope.name, scope.title, scope.path, scope.outer)

    @property
    def is_module(self) -> bool:
        """Is it a closed module, or several?"""
        return self.kind not in NO_MODULES

    def __repr__(self) -> str:
        return f"Group({self.name!r}, {len(self.nodes)} nodes)"


def summarize(graph: Graph, home: list[int | Group], users: list[list[int]]) -> None:
    """Fill in what is in each group, when it is settled which node goes where.

    Args:
        graph: The graph.
        home: For each node its group, or its own number.
        users: For each node those that have it as an operand.
    """
    members: dict[Group, list[int]] = {}
    for i, group in enumerate(home):
        if isinstance(group, Group):
            members.setdefault(group, []).append(i)
    roots = set(graph.roots)
    for group, nodes in members.items():
        group.nodes = tuple(nodes)
        group.outputs = tuple(
            i
            for i in nodes
            if i in roots or any(home[user] is not group for user in users[i])
        )
        _count(group, graph)


def _count(group: Group, graph: Graph) -> None:
    used = {p for i in group.nodes for p in (i, *graph.parents[i])}
    parameters = [i for i in used if graph.kind[i] == "parameter"]
    group.operations = sum(graph.kind[i] == "operation" for i in group.nodes)
    group.parameters = len(parameters)
    group.grad_rms = _rms([graph.grad[i] for i in sorted(parameters) or group.outputs])
    group.total = sum(graph.data[i] for i in group.outputs)


def _rms(numbers: list[float]) -> float:
    """The root mean square, also where the squares would overflow or vanish."""
    top = max(map(abs, numbers), default=0.0)
    if not 0.0 < top < float("inf"):
        return top
    return top * sqrt(sum((x / top) ** 2 for x in numbers) / len(numbers))
