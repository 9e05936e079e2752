"""Layout by layer: boxes that are equally far from the leaves stand in one column.

Map: `columns` tells which boxes stand together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from microbp.graph import Folded


def columns(folded: Folded) -> list[list[int]]:
    """The boxes by generation: one more than the furthest box that they use.

    A leaf stands right before the first box that uses it.

    Example:
        >>> from microbp import Value
        >>> from microbp.graph import Graph, fold
        >>> x, w, b = Value(1.0), Value(2.0), Value(3.0)
        >>> columns(fold(Graph((x * w + b).tanh())))
        [[0, 1], [2, 3], [4], [5]]
    """
    n = len(folded.boxes)
    sources: list[set[int]] = [set() for _ in range(n)]
    targets: list[set[int]] = [set() for _ in range(n)]
    for edge in folded.edges:
        if edge.source != edge.target:
            sources[edge.target].add(edge.source)
            targets[edge.source].add(edge.target)
    waiting = [len(each) for each in sources]
    level = [0] * n
    ready = [k for k in range(n) if not waiting[k]]
    for k in ready:  # grows while it is read
        for target in targets[k]:
            level[target] = max(level[target], level[k] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for k in range(n):
        if not sources[k] and targets[k]:
            level[k] = max(0, min(level[target] for target in targets[k]) - 1)
    found: list[list[int]] = [[] for _ in range(max(level, default=0) + 1)]
    for k, each in enumerate(level):
        found[each].append(k)
    return found
