"""Paths: the ways on which a change of one node reaches another.

The chain rule says that a gradient is a sum over paths, of the product of the local
derivatives along each. There may be more paths than atoms in the universe, so here they
are counted without walking them; only who wants to print a few walks a few.

Map: `Paths` is all of it, for one start and one end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from microbp.graph.snapshot import Graph

EXACT = 2**200  # larger counts are floats: nobody reads sixty digits


class Hop(NamedTuple):
    """One edge of a path, from an operand to the node that uses it.

    Attributes:
        operand: The number of the operand.
        user: The number of the node.
        place: Which of its operands it is, from 0.
        local: d(user)/d(operand) by that place.
    """

    operand: int
    user: int
    place: int
    local: float


class Paths:
    """All paths from one node of a graph to another.

    Args:
        graph: The graph.
        start: The number of the node that changes.
        end: The number of the node that is reached.

    Attributes:
        nodes: The numbers of the nodes on any path, operands first.
        hops: For each of them but `start`, the edges that come from such nodes.
        count: How many paths there are; a float above 2**200.
        gradient: d(end)/d(start), summed in the order that `backward` takes.
        upstream: d(end)/d(node) for each of `nodes`.
        multiplications: How many it takes to multiply every path out.
        factored: How many backpropagation takes: one for each edge that the 1 at the
            end does not pass.

    Example:
        >>> from microbp import Value
        >>> from microbp.graph import Graph
        >>> from microbp.graph.paths import Paths
        >>> x = Value(3.0)
        >>> paths = Paths(Graph(x * x + x), 0, 2)
        >>> paths.count, paths.gradient
        (3, 7.0)
    """

    def __init__(self, graph: Graph, start: int, end: int) -> None:
        self.graph, self.start, self.end = graph, start, end
        after = {start}
        for i in range(start + 1, end + 1):
            if not after.isdisjoint(graph.parents[i]):
                after.add(i)
        self.hops: dict[int, list[Hop]] = {}
        between = {end} & after
        for i in range(end, start, -1):
            if i in between:
                self.hops[i] = [
                    Hop(p, i, place, local)
                    for place, (p, local) in enumerate(
                        zip(graph.parents[i], graph.local_grads[i], strict=True)
                    )
                    if p in after
                ]
                between.update(hop.operand for hop in self.hops[i])
        self.nodes = sorted(between)
        self._count()
        self._flow()

    def _count(self) -> None:
        ways: dict[int, int | float] = {self.start: 1}
        length: dict[int, int | float] = {self.start: 0}  # of all ways together
        for i in self.nodes:
            if i != self.start:
                ways[i] = _small(sum(ways[hop.operand] for hop in self.hops[i]))
                longer = sum(length[hop.operand] for hop in self.hops[i])
                length[i] = _small(longer + ways[i])
        self.count = ways.get(self.end, 0)
        # A path of n edges takes n - 1; the path of none takes none.
        self.multiplications = max(length.get(self.end, 0) - self.count, 0)
        edges = sum(len(hops) for hops in self.hops.values())
        self.factored = edges - len(self.hops.get(self.end, ()))

    def _flow(self) -> None:
        self.upstream = dict.fromkeys(self.nodes, 0.0)
        if self.nodes:
            self.upstream[self.end] = 1.0
        for i in reversed(self.nodes):
            for hop in self.hops.get(i, ()):
                self.upstream[hop.operand] += self.upstream[i] * hop.local
        self.gradient = self.upstream.get(self.start, 0.0)

    def __iter__(self) -> Iterator[tuple[Hop, ...]]:
        """Each path, as edges from the end back to the start, as products are written.

        They come in the order in which `backward` would add them up.
        """
        if not self.nodes:
            return
        trail: list[Hop] = []
        ahead = [iter(self.hops.get(self.end, ()))]
        if self.start == self.end:
            yield ()
        while ahead:
            hop = next(ahead[-1], None)
            if hop is None:
                ahead.pop()
                if trail:
                    trail.pop()
                continue
            if hop.operand == self.start:
                yield (*trail, hop)
                continue
            trail.append(hop)
            ahead.append(iter(self.hops[hop.operand]))


def _small(count: int | float) -> int | float:
    try:
        return count if count < EXACT else float(count)
    except OverflowError:
        return float("inf")
