"""Graph: an immutable, numbered copy of live Values, and all that views read.

Nodes are numbered in topological order, operands first, so the same computation gives
the same numbers, names and pictures every time. There is one column per field and no
object per node, because a graph may have millions of nodes; `graph[i]` makes a readable
record of one. Later changes to the Values do not reach the copy.

Map: `Graph` is the copy, `Node` one row of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from microbp.engine.backward import walk
from microbp.engine.value import Value, number_of
from microbp.errors import ArgumentTypeError, ChoiceError, CycleError, EmptyGraphError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from microbp.engine.operations import Operation
    from microbp.engine.scope import Scope

EMPTY: dict[str, object] = {"_names": (), "_numbers": {}, "_values": ()}
LETTERS = {"operation": "v", "parameter": "p", "leaf": "u", "placeholder": "x"}


class Node(NamedTuple):
    """One row of a Graph.

    Attributes:
        id: The number of the node, its place in topological order.
        name: The label, or a name made up for what has none.
        op: The operation that made it, `""` for a leaf.
        label: What the user called it.
        kind: `"leaf"`, `"constant"`, `"parameter"`, `"placeholder"` or `"operation"`.
        data: The number; nan where it depends on a placeholder.
        grad: The gradient when the snapshot was taken.
        parents: The numbers of the operands, in order.
        local_grads: d(this)/d(operand) for each of `parents`.
        scope: The module that computed it, or None.
    """

    id: int
    name: str
    op: str
    label: str
    kind: str
    data: float
    grad: float
    parents: tuple[int, ...]
    local_grads: tuple[float, ...]
    scope: Scope | None


class Graph:
    """An immutable, numbered copy of Values and of all they were computed from.

    Args:
        values: A Value, or several of which the graph shows all ancestors.

    Attributes:
        op, label, kind, data, grad, parents, local_grads, scope: The columns, tuples
            with one entry for each node. `parents` holds numbers of nodes.
        operation: The rows of the operation table, None for leaves and for nodes built
            by hand.
        roots: The numbers of `values`.

    Raises:
        ArgumentTypeError: `values` holds something that is not a Value.
        EmptyGraphError: `values` is empty.
        CycleError: A node was made by hand to depend on itself.

    Example:
        >>> from microbp import Value
        >>> from microbp.graph import Graph
        >>> x = Value(3.0, label="x")
        >>> graph = Graph(x * x + 1)
        >>> graph
        Graph(4 nodes, root 'v2' = 10.0)
        >>> graph.names
        ('x', 'v1', '1', 'v2')
        >>> graph[1].op, graph[1].parents, graph[1].local_grads
        ('*', (0, 0), (3.0, 3.0))
    """

    __slots__ = (
        *("op", "label", "kind", "data", "grad", "parents", "local_grads", "scope"),
        *("operation", "roots", "_names", "_numbers", "_values"),
    )
    op: tuple[str, ...]
    label: tuple[str, ...]
    kind: tuple[str, ...]
    data: tuple[float, ...]
    grad: tuple[float, ...]
    parents: tuple[tuple[int, ...], ...]
    local_grads: tuple[tuple[float, ...], ...]
    scope: tuple[Scope | None, ...]
    operation: tuple[Operation | None, ...]
    roots: tuple[int, ...]
    _names: tuple[str, ...]
    _numbers: dict[Value, int]
    _values: tuple[Value, ...]

    def __init__(self, values: Value | Iterable[Value]) -> None:
        roots = _checked(values)
        nodes = walk(roots)
        number = {node: i for i, node in enumerate(nodes)}
        try:
            parents = tuple([tuple([number[p] for p in n.parents]) for n in nodes])
            ends = tuple([number[root] for root in roots])
        except KeyError as cycle:
            raise CycleError(
                f"{cycle.args[0]!r} is computed from itself: a graph has no cycles, as "
                "every result is made after its operands; make a new Value for the "
                "next step in place of changing the operands of this one"
            ) from None
        del number  # a large thing, and rarely asked for
        columns = {
            "op": tuple([node.op for node in nodes]),
            "label": tuple([node.label for node in nodes]),
            "kind": tuple([node.kind for node in nodes]),
            "data": tuple([number_of(node) for node in nodes]),
            "grad": tuple([node.grad for node in nodes]),
            "parents": parents,
            "local_grads": tuple([node.local_grads for node in nodes]),
            "scope": tuple([node.scope for node in nodes]),
            "operation": tuple([node.operation for node in nodes]),
            "roots": ends,
            "_values": tuple(nodes),
        }
        self._fill(columns)

    def _fill(self, columns: dict[str, Any]) -> None:
        for name, column in {**EMPTY, **columns}.items():
            object.__setattr__(self, name, column)

    @classmethod
    def of_columns(cls, **columns: Any) -> Graph:
        """A graph from its columns, for those who read one from a file.

        Args:
            columns: All columns, and `roots`; they are taken as they are.
        """
        graph = cls.__new__(cls)
        graph._fill(columns)
        return graph

    def with_column(self, name: str, column: Iterable[Any]) -> Graph:
        """The same graph with another column, such as other gradients.

        Example:
            >>> from microbp import Value
            >>> Graph(Value(1.0)).with_column("grad", [5.0])[0].grad
            5.0
        """
        columns = {each: getattr(self, each) for each in self.__slots__}
        return Graph.of_columns(**{**columns, name: tuple(column)})

    def __setattr__(self, name: str, thing: object) -> None:
        raise AttributeError(
            f"{name!r} of a Graph cannot be set: it is a snapshot; change the Values "
            "and take another one"
        )

    def __len__(self) -> int:
        return len(self.op)

    def __getitem__(self, i: int) -> Node:
        return Node(
            range(len(self))[i],
            self.names[i],
            self.op[i],
            self.label[i],
            self.kind[i],
            self.data[i],
            self.grad[i],
            self.parents[i],
            self.local_grads[i],
            self.scope[i],
        )

    def __iter__(self) -> Iterator[Node]:
        return map(self.node, range(len(self)))

    def __repr__(self) -> str:
        roots = [f"{self.names[i]!r} = {self.data[i]!r}" for i in self.roots[:3]]
        roots += ["..."] * (len(self.roots) > 3)
        plural = "s" * (len(self.roots) > 1)
        nodes = "node" if len(self) == 1 else "nodes"
        return f"Graph({len(self)} {nodes}, root{plural} {', '.join(roots)})"

    def node(self, i: int) -> Node:
        """The node with the number i, as a readable record."""
        return self[i]

    def number(self, value: Value) -> int:
        """The number of a Value in this graph.

        Args:
            value: A Value that the roots depend on.

        Raises:
            EmptyGraphError: The roots do not depend on it.

        Example:
            >>> from microbp import Value
            >>> x = Value(3.0)
            >>> Graph(2 * x).number(x)
            1
        """
        if not self._numbers:
            object.__setattr__(self, "_numbers", dict(self.values()))
        if value not in self._numbers:
            raise EmptyGraphError(f"{self!r} does not depend on {value!r}")
        return self._numbers[value]

    def find(self, node: Any, what: str = "node") -> int:
        """The number of a node: of a Value, or of the one with this label or name.

        Args:
            node: A Value, or a label or made-up name.
            what: What it is asked for, for the message.

        Raises:
            EmptyGraphError: The roots do not depend on it.
            ChoiceError: No node has that name.
            ArgumentTypeError: It is something else.

        Example:
            >>> from microbp import Value
            >>> Graph(2 * Value(3.0, label="x")).find("x")
            1
        """
        if isinstance(node, Value):
            return self.number(node)
        if not isinstance(node, str):
            raise ArgumentTypeError(
                f"{what} is a Value or its label, not {type(node).__name__} {node!r}"
            )
        if node not in self.names:
            from difflib import get_close_matches

            near = get_close_matches(node, self.names, 5, 0.3)
            raise ChoiceError(what, node, near or sorted(self.names)[:5])
        return self.names.index(node)

    def values(self) -> Iterable[tuple[Value, int]]:
        """Each Value that was copied, with its number; operands before results."""
        return zip(self._values, range(len(self._values)), strict=True)

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each node: its label, or one made up.

        Results are called v1, v2, ... in order, parameters p1, p2, ..., other leaves
        u1, u2, ..., placeholders x1, x2, ..., and a constant is called what it is. No
        name that a label has
        already is made up, so views can tell nodes apart by it.
        """
        if not self._names:
            object.__setattr__(self, "_names", tuple(self._make_names()))
        return self._names

    def _make_names(self) -> Iterator[str]:
        taken = set(self.label)
        last = dict.fromkeys(LETTERS, 0)
        for label, kind, data in zip(self.label, self.kind, self.data, strict=True):
            if label or kind == "constant":
                yield label or f"{data:.6g}"
                continue
            name = ""
            while not name or name in taken:
                last[kind] += 1
                name = f"{LETTERS[kind]}{last[kind]}"
            yield name

    def users(self) -> list[list[int]]:
        """For each node, the numbers of the nodes that have it as an operand.

        A node that has it as an operand twice is listed twice.
        """
        users: list[list[int]] = [[] for _ in range(len(self))]
        for i, parents in enumerate(self.parents):
            for parent in parents:
                users[parent].append(i)
        return users


def _checked(values: Any) -> list[Value]:
    if isinstance(values, Value):
        return [values]
    if isinstance(values, str) or not hasattr(values, "__iter__"):
        raise ArgumentTypeError(
            f"a graph is made from a Value or a list of Values, not from "
            f"{type(values).__name__} {values!r}"
        )
    roots = list(getattr(values, "flat", values))  # an array may have any shape
    for place, root in enumerate(roots):
        if not isinstance(root, Value):
            raise ArgumentTypeError(
                f"a graph is made from Values, and number {place} of the list is "
                f"{type(root).__name__} {root!r}"
            )
    if not roots:
        raise EmptyGraphError("the list of Values is empty: there is no graph in it")
    return roots
