"""Fold: a graph with modules closed into single boxes, small enough to look at.

A network for one image has a hundred thousand nodes; closed by layer it has a handful
of boxes. Every step here takes time in proportion to the graph.

1. A node that a closed module computed goes into the box of that call. Very many
   closed modules beside one that was opened become one box.
2. An open node with very many operands keeps the few largest; the rest is one box.
3. A parameter or bare constant that only one box uses goes into that box.
4. Many inputs (or shared parameters) that feed the same boxes become one box.
5. With repeats="once", what is there many times in the same way is one box.
6. Edges between boxes are merged and counted.

Map: `fold` does it, step by step in `_Homes`. The result is in `folded.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.graph.folded import Folded, edges_of, frames_of
from microbp.graph.modules import Closing
from microbp.graph.repeats import repeated
from microbp.graph.summary import Group, summarize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from microbp.engine.scope import Scope
    from microbp.graph.snapshot import Graph

MANY_OPERANDS = 12  # an open node with more shows only the largest
MANY_SIBLINGS = 8  # more closed modules than this beside an opened one become one box
MANY_LEAVES = 6  # more leaves than this with the same users become one box
PLURAL = {
    "leaf": "inputs",
    "placeholder": "inputs",
    "parameter": "parameters",
    "constant": "constants",
}


def fold(
    graph: Graph,
    by: str | int | None = None,
    open: str | Sequence[str] | None = None,
    *,
    operands: int = 6,
    repeats: str = "each",
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
        repeats: `"once"` makes one box of what is there many times in the same way.

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
        (Group('layer 1', 5 nodes), 1, 6)
        >>> [edge.values for edge in folded.edges]
        [1, 1]
    """
    home = _Homes(graph)
    once = repeats == "once"
    if by is not None or open is not None:
        home.close_modules(Closing(graph.scope, by, open), once)
    if once:
        home.close_repeats()
    if by is not None or open is not None:
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

    def close_modules(self, closing: Closing, once: bool) -> None:
        closed = {scope: closing.closed(scope) for scope in closing.chains}
        modules = {one for one in closed.values() if one}
        groups = _module_groups(closing, modules, once)
        for i, scope in enumerate(self.graph.scope):
            module = closed[scope]
            if module is None:
                self.frame[i] = scope
            else:
                self._put(i, groups[module])

    def close_repeats(self) -> None:
        for nodes in repeated(self.graph, self.home, self.users):
            frames = {self.frame[i] for i in nodes}
            if len(frames) == 1:
                op = self.graph.op[nodes[0]]
                group = Group("repeats", f"{op}  ×{len(nodes)}", frame=frames.pop())
                for i in nodes:
                    self._put(i, group)

    def close_operands(self, few: int) -> None:
        graph = self.graph
        for i, parents in enumerate(graph.parents):
            if len(parents) <= max(MANY_OPERANDS, few) or self._is_closed(i):
                continue
            alike: dict[str, list[int]] = {}
            for p in dict.fromkeys(parents):
                if self._only_for(p, i):
                    alike.setdefault(graph.op[p], []).append(p)
            for op, own in alike.items():
                own.sort(key=lambda p: (-abs(graph.data[p]), p))
                if len(own) - few > 1:
                    what = "products" if op == "*" else "operands"
                    name = f"{len(own) - few} more {what}"
                    group = Group("operands", name, frame=self.frame[i])
                    for p in own[few:]:
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
        if kind == "constant":
            return self.graph.label[i] != ""
        return kind in ("leaf", "placeholder")

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
        frames, free = frames_of(
            box.frame if isinstance(box, Group) else self.frame[box] for box in boxes
        )
        edges = tuple(edges_of(self.graph, boxes, box_of))
        return Folded(self.graph, tuple(boxes), box_of, edges, frames, free)


def _module_groups(
    closing: Closing, modules: set[Scope], once: bool
) -> dict[Scope, Group]:
    """A group for each closed module; many alike share a group, if that is asked for.

    It is for `once`, and beside a module that was opened.
    """
    beside: dict[object, list[Scope]] = {}
    for module in modules:
        beside.setdefault((module.outer, module.kind), []).append(module)
    groups = {}
    for module in modules:
        alike = beside[module.outer, module.kind]
        twins = [other for other in alike if other.title == module.title]
        if once and len(twins) > 1:
            if module is twins[0]:
                name = f"{module.kind}  ×{len(twins)}"
                shared = Group(module.kind, name, module.title, frame=module.outer)
                groups.update(dict.fromkeys(twins, shared))
        elif len(alike) > MANY_SIBLINGS and closing.holds_opened(module.outer):
            if module is alike[0]:
                name = f"{len(alike)} more {module.kind}s"
                shared = Group(module.kind, name, frame=module.outer)
                groups.update(dict.fromkeys(alike, shared))
        else:
            groups[module] = Group.of_module(module)
    return groups
