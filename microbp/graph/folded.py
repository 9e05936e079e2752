"""Folded: what a fold results in, boxes with arrows between them, in frames.

Map: `Folded` holds it all. `Edge` is an arrow and `Frame` an open module; `edges_of`
and `frames_of` make them when it is settled which node is in which box.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from microbp.graph.summary import Group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from microbp.engine.scope import Scope
    from microbp.graph.snapshot import Graph


class Edge(NamedTuple):
    """An arrow between boxes, in the direction of computation.

    Attributes:
        source: The index of a box in `Folded.boxes`.
        target: The same.
        local: The local derivative, if the arrow stands for one operand of one node.
        values: How many different values go this way.
        nodes: The numbers of the operand and of the node that uses it, if `local`.
        place: Which of its operands it is, from 0, if `local`.
    """

    source: int
    target: int
    local: float | None
    values: int
    nodes: tuple[int, int] | None
    place: int | None = None


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
        boxes: The number of a node, or a Group; in the order of their first nodes.
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


def edges_of(
    graph: Graph, boxes: list[int | Group], box_of: tuple[int, ...]
) -> Iterator[Edge]:
    """The arrows between boxes, from the operands of the nodes in them."""
    merged: dict[tuple[int, int], list[tuple[int, int, int, float]]] = {}
    for i, target in enumerate(box_of):
        locals_ = graph.local_grads[i]
        for place, (p, local) in enumerate(zip(graph.parents[i], locals_, strict=True)):
            if box_of[p] != target or boxes[target] == i:
                one = (p, i, place, local)
                merged.setdefault((box_of[p], target), []).append(one)
    for (source, target), operands in merged.items():
        ends = boxes[source], boxes[target]
        into_a_node = not isinstance(ends[1], Group)  # a Group has no local derivative
        if into_a_node and (len(operands) == 1 or not isinstance(ends[0], Group)):
            for p, i, place, local in operands:
                yield Edge(source, target, local, 1, (p, i), place)
        else:
            yield Edge(source, target, None, len({one[0] for one in operands}), None)


def frames_of(
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

    free: list[int] = []
    for box, scope in enumerate(scopes):
        (frame_of(scope).boxes if scope is not None else free).append(box)
    return tuple(outermost), tuple(free)
