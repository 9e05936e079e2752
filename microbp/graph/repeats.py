"""Repeats: nodes that do the same thing in the same place, such as once per sample.

Two nodes are alike if they have the same operation, operands that are alike or the very
same, and users that are. That is decided as the equality of states of automata is: all
nodes of one operation count as alike until their neighbours tell them apart.

Map: `repeated` finds them; `_chains` takes a long sum, term by term, for one thing.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable

    from microbp.graph.snapshot import Graph

FEWEST = 3  # so many alike make a repeat
ROUNDS = 12  # neighbours that differ further away are not looked for


def repeated(graph: Graph, home: list[Any], users: list[list[int]]) -> list[list[int]]:
    """The repeats of a graph: lists of nodes that are alike, three or more.

    Args:
        graph: The graph.
        home: For each node its box; those in a `Group` keep to it.
        users: For each node those that have it as an operand.

    Example:
        >>> from microbp import Value
        >>> from microbp.graph import Graph
        >>> w = Value(2.0)
        >>> graph = Graph(sum([(w * x).tanh() for x in (1.0, 2.0, 3.0)]))
        >>> found = repeated(graph, list(range(len(graph))), graph.users())
        >>> [[graph.op[i] for i in nodes] for nodes in found]
        [['*', '*', '*'], ['tanh', 'tanh', 'tanh'], ['+', '+']]
    """
    chain = _chains(graph, users)
    state: list[Hashable] = []
    for i, box in enumerate(home):
        if not isinstance(box, int):
            state.append(("in", id(box)))
        elif chain[i] is not None:
            state.append(("chain", chain[i]))
        elif graph.parents[i] and i not in graph.roots:
            state.append(graph.op[i])
        else:  # leaves with one user are told apart by it, others by themselves
            shared = len(set(users[i])) != 1 or graph.label[i] or i in graph.roots
            state.append(("leaf", i if shared else graph.kind[i]))
    number = _numbered(state)
    for _ in range(ROUNDS):
        kinds = len(set(number))
        around: list[Hashable] = []
        for i, own in enumerate(number):
            if not isinstance(home[i], int) or chain[i] is not None:
                around.append(own)
                continue
            below = tuple([number[p] for p in graph.parents[i]])
            above = frozenset([number[user] for user in users[i]])
            around.append((own, below, above))
        number = _numbered(around)
        if len(set(number)) == kinds:
            break
    members: dict[int, list[int]] = {}
    for i, own in enumerate(number):
        if isinstance(home[i], int) and graph.parents[i] and chain[i] != i:
            members.setdefault(own, []).append(i)
    return [
        nodes
        for nodes in members.values()
        if len(nodes) >= FEWEST - (chain[nodes[0]] is not None)
    ]


def _numbered(states: list[Any]) -> list[int]:
    found: dict[Any, int] = {}
    return [found.setdefault(state, len(found)) for state in states]


def _chains(graph: Graph, users: list[list[int]]) -> list[int | None]:
    """For each node the last `+` of the chain it is in, or None.

    `((a + b) + c) + d` is a chain if nothing else uses what is in between. Its last
    node holds the sum, so it stays a box of its own.
    """
    last: list[int | None] = [None] * len(graph)
    for i in range(len(graph) - 1, -1, -1):
        if graph.op[i] == "+":
            if last[i] is None:
                last[i] = i
            first = graph.parents[i][0]
            if graph.op[first] == "+" and users[first] == [i]:
                last[first] = last[i]
    sizes = Counter(last)
    return [end if sizes[end] >= FEWEST else None for end in last]
