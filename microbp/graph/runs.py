"""Runs: what backpropagation does, recorded one edge at a time.

A run is done on a snapshot, so it needs no `backward` before it and changes no Value.
Its steps are those of `engine/backward.py`, in the same order, so that every sum has
the same last bit.

Map: `Step` is a step; `Run` is a recorded run, `backward_run` records one. `ForwardRun`
with its `ForwardStep` is the other direction.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from microbp.errors import PlaceholderError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from microbp.graph.snapshot import Graph


class Step(NamedTuple):
    """One edge of a backward run: a node passes its gradient on to one operand.

    Attributes:
        number: Which step, from 1.
        node: The name of the node that passes its gradient on.
        operand: The name of the operand that receives.
        upstream: The gradient of the node.
        local: d(node)/d(operand).
        contribution: upstream × local.
        running: The gradient of the operand after this step.
    """

    number: int
    node: str
    operand: str
    upstream: float
    local: float
    contribution: float
    running: float

    @property
    def sentence(self) -> str:
        """The step in words.

        Example:
            >>> Step(1, "y", "a", 2.0, 3.0, 6.0, 6.0).sentence
            'upstream 2.0 × local 3.0 adds 6.0 to a, which has 6.0 now'
        """
        return (
            f"upstream {self.upstream!r} × local {self.local!r} adds "
            f"{self.contribution!r} to {self.operand}, which has {self.running!r} now"
        ).replace("-", "−")


class ForwardStep(NamedTuple):
    """One node of a forward run.

    Attributes:
        number: Which step, from 1.
        node: The name of the node that is computed.
        op: The operation.
        operands: The names of the operands.
        numbers: Their numbers.
        value: The result.
    """

    number: int
    node: str
    op: str
    operands: tuple[str, ...]
    numbers: tuple[float, ...]
    value: float


class Run:
    """A recorded run: a sequence of steps.

    Args:
        graph: What it runs on.
        start: The gradients before the first step, one for each node.

    Attributes:
        users, operands: For each step, the numbers of its nodes.
        places: For each step, which operand of the node it is, from 0.
        gradients: For each node, its gradient after the last step.

    Columns, not records: a step takes 36 bytes, and a graph may have millions.
    """

    def __init__(self, graph: Graph, start: list[float]) -> None:
        self.graph, self.gradients = graph, array("d", start)
        self.users, self.operands, self.places = array("i"), array("i"), array("i")
        self.upstream, self.running, self.local = array("d"), array("d"), array("d")

    def carry(self, user: int, place: int) -> int:
        """Take a step, the right one: upstream × local is added to what is there.

        Returns:
            The number of the operand.
        """
        operand = self.graph.parents[user][place]
        local = self.graph.local_grads[user][place]
        running = self.gradients[operand] + self.gradients[user] * local
        self.note(user, place, operand, local, running)
        return operand

    def note(
        self, user: int, place: int, operand: int, local: float, running: float
    ) -> None:
        """Record a step, right or wrong."""
        self.users.append(user)
        self.operands.append(operand)
        self.places.append(place)
        self.upstream.append(self.gradients[user])
        self.local.append(local)
        self.running.append(running)
        self.gradients[operand] = running

    def __len__(self) -> int:
        return len(self.users)

    def __getitem__(self, k: int | slice) -> Any:
        if isinstance(k, slice):
            return [self[i] for i in range(len(self))[k]]
        k = range(len(self))[k]
        names = self.graph.names
        upstream, local = self.upstream[k], self.local[k]
        return Step(
            k + 1,
            names[self.users[k]],
            names[self.operands[k]],
            upstream,
            local,
            upstream * local,
            self.running[k],
        )

    def __iter__(self) -> Iterator[Step]:
        return map(self.__getitem__, range(len(self)))


def backward_run(graph: Graph) -> Run:
    """Backpropagation from the root of a graph, recorded.

    Args:
        graph: A graph with one root.

    Raises:
        PlaceholderError: The number of the root is not known.

    Example:
        >>> from microbp import Value
        >>> from microbp.graph import Graph
        >>> x = Value(3.0, label="x")
        >>> for step in backward_run(Graph(x * x + x)):
        ...     print(step.number, step.node, step.operand, step.running)
        1 v2 v1 1.0
        2 v2 x 1.0
        3 v1 x 4.0
        4 v1 x 7.0
    """
    check_numbers(graph)
    run = Run(graph, seed(graph))
    for i in range(len(graph) - 1, -1, -1):  # every node stands behind its operands
        for place in range(len(graph.parents[i])):
            run.carry(i, place)
    return run


class ForwardRun:
    """The forward run: each result from its operands, one step each.

    Args:
        graph: What it runs on.

    Attributes:
        nodes: For each step, the number of the node that is computed.

    Raises:
        PlaceholderError: Numbers are not known yet.

    Example:
        >>> from microbp import Value
        >>> from microbp.graph import Graph
        >>> x = Value(3.0, label="x")
        >>> [(step.node, step.value) for step in ForwardRun(Graph(x * x + x))]
        [('v1', 9.0), ('v2', 12.0)]
    """

    def __init__(self, graph: Graph) -> None:
        check_numbers(graph)
        self.graph = graph
        computed = [i for i, parents in enumerate(graph.parents) if parents]
        self.nodes = array("i", computed)

    def __len__(self) -> int:
        return len(self.nodes)

    def __getitem__(self, k: int | slice) -> Any:
        if isinstance(k, slice):
            return [self[i] for i in range(len(self))[k]]
        graph, i = self.graph, self.nodes[k]
        parents = graph.parents[i]
        return ForwardStep(
            range(len(self))[k] + 1,
            graph.names[i],
            graph.op[i],
            tuple([graph.names[p] for p in parents]),
            tuple([graph.data[p] for p in parents]),
            graph.data[i],
        )

    def __iter__(self) -> Iterator[ForwardStep]:
        return map(self.__getitem__, range(len(self)))


def seed(graph: Graph) -> list[float]:
    """Gradients before the first step: 1 at the roots, 0 elsewhere."""
    gradients = [0.0] * len(graph)
    for root in graph.roots:
        gradients[root] = 1.0
    return gradients


def check_numbers(graph: Graph) -> None:
    """Refuse a graph whose numbers come later.

    Raises:
        PlaceholderError: It has a placeholder.
    """
    if "placeholder" in graph.kind:
        name = graph.names[graph.kind.index("placeholder")]
        raise PlaceholderError(
            f"{name!r} is a placeholder, so there are no numbers to run with: compute "
            "the graph with Values, as in model([0.5, 2.0])"
        )
