"""Three ways to a derivative, side by side: forward mode, reverse mode, differences.

Map: `derivative_table` makes a `DerivativeTable`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from microbp.engine.derivatives import differentiate
from microbp.engine.gradients import jvp
from microbp.engine.value import Value
from microbp.errors import ArgumentTypeError
from microbp.graph import Graph
from microbp.graph.runs import backward_run
from microbp.text.quoting import shorten, visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

HEAD = ("leaf", "forward mode", "reverse mode", "difference", "estimated error")


class Row(NamedTuple):
    """The derivative by one leaf, three times.

    Attributes:
        leaf: The name of the leaf.
        forward: By forward mode: one walk for each leaf.
        reverse: By reverse mode: one walk for all of them.
        difference: By finite differences: many evaluations for each leaf.
        error: How far off the difference may be, as it estimates itself.
    """

    leaf: str
    forward: float
    reverse: float
    difference: float
    error: float


def derivative_table(y: Value, x: Any = None) -> DerivativeTable:
    """The derivatives of an expression by three means.

    Forward and reverse mode agree to rounding; a finite difference is never exact.

    Args:
        y: A Value.
        x: By which leaves: a Value or a list of them; by default all but constants.

    Returns:
        A table that prints, a sequence of `Row`.

    Raises:
        ArgumentTypeError: y or x is no Value.
        EmptyGraphError: y does not depend on x.
        ArgumentError: A node was built by hand, so it cannot be computed anew.

    Example:
        >>> from microbp import Value, derivative_table
        >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
        >>> table = derivative_table(a * a * b)
        >>> [(row.leaf, row.forward, row.reverse) for row in table]
        [('a', 12.0, 12.0), ('b', 4.0, 4.0)]
        >>> print(str(table).splitlines()[0])
        leaf          forward mode          reverse mode            difference  ...
    """
    if not isinstance(y, Value):
        raise ArgumentTypeError(
            f"a table is made of a Value, not of {type(y).__name__} {y!r}"
        )
    graph = Graph(y)
    if x is None:
        of = {i: value for value, i in graph.values()}
        kinds = enumerate(graph.kind)
        leaves = [of[i] for i, kind in kinds if kind in ("leaf", "parameter")]
    else:
        leaves = [x] if isinstance(x, Value) else list(x)
    run = backward_run(graph)
    rows = []
    for each in leaves:
        place = graph.number(each)
        slope, error = differentiate(partial(_value, graph, place), each.data)
        forward = jvp(y, each, 1.0).data
        name = graph.names[place]
        rows.append(Row(name, forward, run.gradients[place], slope, error))
    return DerivativeTable(rows)


def _value(graph: Graph, moved: int, t: float) -> float:
    """The root, with another number at one leaf; each node from its row."""
    data = list(graph.data)
    data[moved] = t
    for i, parents in enumerate(graph.parents):
        row = graph.operation[i]
        if row is not None:
            data[i] = row.evaluate(tuple([data[p] for p in parents]))[0]
    return data[graph.roots[0]]


class DerivativeTable:
    """Rows that print as a table.

    Attributes:
        rows: A `Row` for each leaf.
    """

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __getitem__(self, k: int) -> Row:
        return self.rows[k]

    def __str__(self) -> str:
        lines = [HEAD]
        for row in self.rows:
            numbers = [f"{x:.15g}" for x in (row.forward, row.reverse, row.difference)]
            name = shorten(visible(row.leaf))
            lines.append((name, *numbers, f"{row.error:.0e}"))  # type: ignore[arg-type]
        first = max(len(line[0]) for line in lines)
        return "\n".join(
            f"{line[0]:<{first}}"
            + "".join(f"  {cell:>20}" for cell in line[1:4])
            + f"  {line[4]:>15}"
            for line in lines
        )
