"""Fold: a graph with modules closed into single boxes, small enough to look at.

A network for one image has a hundred thousand nodes; closed by layer it has a handful
of boxes. Every step here takes time in proportion to the graph.

1. A node that a closed module computed goes into the box of that call. Very many
   closed modules beside one that was opened become one box.
2. An open node with very many operands keeps the few largest; the rest is one box.
3. A parameter or bare constant that only one box uses goes into that box.
4. Many inputs (or shared parameters) that feed the same boxes become one box.
5. Edges between boxes are merged and counted.

Map: `fold` does it. `Folded` is the result: of `Group`s and nodes, `Edge`s, `Frame`s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from microbp.graph.modules import Closing
from microbp.graph.summary import Group, summarize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from microbp.engine.scope import Scope
    from microbp.graph.snapshot import Graph

MANY_OPERANDS = 12  # an open node with more shows only the largest
MANY_SIBLINGS = 8  # more closed modules than this beside an opened one become one box
MANY_LEAVES = 6  # more leaves than this with the same users become one box
PLURAL = {"leaf": "inputs", "parameter": "parameters", "constant": "constants"}


class Edge(NamedTuple):
    """An arrow between boxes, in the direction of computation.

    Attributes:
        source: The index of a box in `Folded.boxes`.
        target: The same.
        local: The local derivative, if the arrow stands for one operand of one node.
        values: How many different values go this way.
        nodes: The numbers of the operand and of the node that uses it, if `local`.
    """

    source: int
    target: int
    local: float | None
    values: int
    nodes: tuple[int, int] | None


class Frame(NamedTuple):
    """An open module: a frame around boxes and other frames.

    Attributes:
        scope: The module.
        boxes: Indices of the boxes directly inside.
        frames: The open modules directly inside.
    """

    scope: Scope
    boxes: list[int]
    frames: list[Frame]


class Folded(NamedTuple):
    """A folded graph.

    Attributes:
        graph: The graph that was folded.
        boxes: In topological order: the number of a node, or a Group of nodes.
        box_of: For each node the index of its box.
        edges: The arrows between different boxes.
        frames: The outermost open modules.
        free: Indices of boxes that stand in no frame.
    """

    graph: Graph
    boxes: tuple[int | Group, ...]
    box_of: tuple[int, ...]
    edges: tuple[Edge, ...]
    frames: tuple[Frame, ...]
    free: tuple[int, ...]


def fold(
    graph: Graph,
    by: str | int | None = None,
    open: str | Sequence[str] | None = None,
    *,
    operands: int = 6,
) -> Folded:
    """Close modules of a graph into single boxes.

    Args:
        graph: The graph.
        by: The kind of module that is closed, such as `"layer"`; or the depth, 1 for
            the outermost modules, 2 for those inside them; 0 closes none and draws a
            frame around each. With None, nothing is folded unless `open` is given.
        open: Paths of modules that stay open, such as `"mlp/layer 1/neuron 3"`. Their
            ends are enough where no other module has the same.
        operands: How many operands of an open node with very many are shown singly.

    Raises:
        ChoiceError: No module of this graph is of that kind, or has that path.

    Example:
        >>> from microbp import Value
        >>> from microbp.engine.scope import Scope
        >>> from microbp.graph import Graph, fold
        >>> x = Value(3.0, label="x")
        >>> with Scope("layer", "layer 1"):
        ...     h = (2 * x + 1).relu()
        >>> folded = fold(Graph(h * h), "layer")
        >>> folded.boxes
        (0, Group('layer 1', 5 nodes), 6)
        >>> [edge.values for edge in folded.edges]
        [1, 1]
    """
    home = _Homes(graph)
    if by is not None or open is not None:
        home.close_modules(Closing(graph.scope, by, open))
        home.close_operands(operands)
        home.close_leaves()
        home.gather_leaves()
    return home.finish()


class _Homes:
    """The state of a fold: for each node the box it is in, itself or a Group."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.home: list[int | Group] = list(range(len(graph)))
        self.frame: list[Scope | None] = [None] * len(graph)
        self.users = graph.users()

    def close_modules(self, closing: Closing) -> None:
        closed = {scope: closing.closed(scope) for scope in closing.chains}
        groups = _module_groups(closing, {one for one in closed.values() if one})
        for i, scope in enumerate(self.graph.scope):
            module = closed[scope]
            if module is None:
                self.frame[i] = scope
            else:
                self._put(i, groups[module])

    def close_operands(self, few: int) -> None:
        graph = self.graph
        for i, parents in enumerate(graph.parents):
            if len(parents) <= max(MANY_OPERANDS, few) or self._is_closed(i):
                continue
            own = [p for p in dict.fromkeys(parents) if self._only_for(p, i)]
            own.sort(key=lambda p: (-abs(graph.data[p]), p))
            if len(own) - few > 1:
                rest = sorted(own[few:])
                operations = {graph.op[p] for p in rest}
                what = "products" if operations == {"*"} else "operands"
                group = Group("operands", f"{len(rest)} more {what}", frame=self.frame[i])
                for p in rest:
                    self._put(p, group)

    def _only_for(self, i: int, user: int) -> bool:
        return not self._is_closed(i) and set(self.users[i]) == {user}

    def close_leaves(self) -> None:
        for i in self._open_leaves():
            homes = {self.home[user] for user in self.users[i]}
            frames = {self.frame[user] for user in self.users[i]}
            if self._is_input(i):
                continue
            if len(homes) == 1:
                (home,) = homes
                if isinstance(home, Group):
                    self._put(i, home)
            if len(frames) == 1:
                (self.frame[i],) = frames

    def gather_leaves(self) -> None:
        alike: dict[object, list[int]] = {}
        for i in self._open_leaves():
            homes = frozenset(self.home[user] for user in self.users[i])
            if any(isinstance(home, Group) for home in homes):
                kind = "leaf" if self._is_input(i) else self.graph.kind[i]
                alike.setdefault((kind, homes), []).append(i)
        for (kind, _), leaves in alike.items():  # type: ignore[misc]
            if len(leaves) > MANY_LEAVES:
                group = Group(PLURAL[kind], self._title(PLURAL[kind], leaves))
                for i in leaves:
                    self._put(i, group)

    def _title(self, what: str, leaves: list[int]) -> str:
        first, last = self.graph.label[leaves[0]], self.graph.label[leaves[-1]]
        if first and last and first != last:
            return f"{what} {first} … {last}"
        return f"{len(leaves)} {what}"

    def _open_leaves(self) -> list[int]:
        roots = set(self.graph.roots)
        return [
            i
            for i, kind in enumerate(self.graph.kind)
            if kind != "operation" and i not in roots and not self._is_closed(i)
        ]

    def _is_input(self, i: int) -> bool:
        kind = self.graph.kind[i]
        return kind == "leaf" or (kind == "constant" and self.graph.label[i] != "")

    def _is_closed(self, i: int) -> bool:
        return isinstance(self.home[i], Group)

    def _put(self, i: int, group: Group) -> None:
        self.home[i] = group
        self.frame[i] = group.frame

    def finish(self) -> Folded:
        boxes = list(dict.fromkeys(self.home))
        index = {box: place for place, box in enumerate(boxes)}
        box_of = tuple([index[home] for home in self.home])
        summarize(self.graph, self.home, self.users)
        frames, free = _frames(
            box.frame if isinstance(box, Group) else self.frame[box] for box in boxes
        )
        edges = tuple(_edges(self.graph, boxes, box_of))
        return Folded(self.graph, tuple(boxes), box_of, edges, frames, free)


def _module_groups(closing: Closing, modules: set[Scope]) -> dict[Scope, Group]:
    """A group for each closed module; many beside an opened one share a group."""
    beside: dict[object, list[Scope]] = {}
    for module in modules:
        beside.setdefault((module.outer, module.kind), []).append(module)
    groups = {}
    for module in modules:
        alike = beside[module.outer, module.kind]
        if len(alike) > MANY_SIBLINGS and closing.holds_opened(module.outer):
            if module is alike[0]:
                name = f"{len(alike)} more {module.kind}s"
                shared = Group(module.kind, name, frame=module.outer)
                groups.update(dict.fromkeys(alike, shared))
        else:
            groups[module] = Group.of_module(module)
    return groups


def _edges(
    graph: Graph, boxes: list[int | Group], box_of: tuple[int, ...]
) -> Iterator[Edge]:
    merged: dict[tuple[int, int], list[tuple[int, int, float]]] = {}
    for i, target in enumerate(box_of):
        for p, local in zip(graph.parents[i], graph.local_grads[i], strict=True):
            if box_of[p] != target or boxes[target] == i:
                merged.setdefault((box_of[p], target), []).append((p, i, local))
    for (source, target), operands in merged.items():
        ends = boxes[source], boxes[target]
        if len(operands) == 1 or not any(isinstance(end, Group) for end in ends):
            for p, i, local in operands:
                yield Edge(source, target, local, 1, (p, i))
        else:
            yield Edge(source, target, None, len({p for p, _, _ in operands}), None)


def _frames(
    scopes: Iterable[Scope | None],
) -> tuple[tuple[Frame, ...], tuple[int, ...]]:
    """The frames that boxes with these innermost open scopes stand in, as trees."""
    made: dict[Scope, Frame] = {}
    outermost: list[Frame] = []

    def frame_of(scope: Scope) -> Frame:
        if scope not in made:
            made[scope] = Frame(scope, [], [])
            beside = frame_of(scope.outer).frames if scope.outer else outermost
            beside.append(made[scope])
        return made[scope]

    free = []
    for box, scope in enumerate(scopes):
        (frame_of(scope).boxes if scope is not None else free).append(box)
    return tuple(outermost), tuple(free)
