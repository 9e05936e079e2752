"""`explain`: the chain rule for one gradient, with its symbols and its numbers.

Map: `explain` makes an `Explanation`, which `explanation.py` puts into words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.errors import ArgumentError
from microbp.graph import Graph
from microbp.graph.paths import Paths
from microbp.graph.runs import check_numbers
from microbp.text import explanation
from microbp.text.numerals import checked_precision

if TYPE_CHECKING:
    from typing import Any

FEW = 12  # as many paths are written out one by one


def explain(v: Any, wrt: Any, *, precision: int = 4) -> Explanation:
    """The chain rule for one gradient: every path, its product, and their sum.

    With more than a dozen paths, it is the factored form that backpropagation
    computes, with the number of paths, which are never listed.

    It differentiates a copy of its own: `backward` need not have been called, and no
    gradient is changed. If `wrt.grad` holds something else, the explanation says why.

    Args:
        v: The result that is differentiated, a Value or a `Graph` with one root.
        wrt: By what, a Value that v depends on, or its label or name.
        precision: Digits after the point.

    Returns:
        An `Explanation`: `print` it, or take `.markdown()` or `.latex()`; a notebook
        shows it.

    Raises:
        EmptyGraphError: v does not depend on `wrt`.
        ArgumentError: `wrt` is a constant without a name, or there are several roots.
        PlaceholderError: v depends on placeholders, so there are no numbers.

    Example:
        >>> from microbp import Value, explain
        >>> x = Value(3.0, label="x")
        >>> y = x * x + x
        >>> y.label = "y"
        >>> y.backward()
        >>> print(explain(y, wrt=x, precision=1))
        ∂y/∂x = 7.0, at x = 3.0
        <BLANKLINE>
          v1 = x × x = 9.0
          y = v1 + x = 12.0
        <BLANKLINE>
        3 paths lead from x to y. Along a path, local derivatives multiply:
          1. x →(1st) v1 → y  ∂y/∂v1 · ∂v1/∂x  =  1 · x  =  1.0 × 3.0  =  3.0
          2. x →(2nd) v1 → y  ∂y/∂v1 · ∂v1/∂x  =  1 · x  =  1.0 × 3.0  =  3.0
          3. x → y            ∂y/∂x            =  1      =  1.0
        <BLANKLINE>
        x is used in 3 places. A change of x moves all of them at once, and to first
        order what they do to y adds up:
          ∂y/∂x = 3.0 + 3.0 + 1.0 = 7.0, which is x.grad
    """
    graph = v if isinstance(v, Graph) else Graph(v)
    if len(graph.roots) != 1:
        raise ArgumentError(
            f"explain takes one result to differentiate, not {len(graph.roots)}: "
            "explain each of them, or their sum"
        )
    check_numbers(graph)
    start = graph.find(wrt, "wrt")
    if graph.kind[start] == "constant" and not graph.label[start]:
        raise ArgumentError(
            f"{graph.names[start]!r} is a constant, a plain number beside an operator, "
            "and needs no gradient: make it a Value(..., label=...) to differentiate "
            "by it"
        )
    return Explanation(graph, start, precision)


class Explanation:
    """The chain rule for one gradient.

    Attributes:
        graph: The graph.
        paths: All paths, a `Paths`: `paths.count`, `paths.gradient`,
            `paths.multiplications` against `paths.factored`.
        is_factored: Are there too many paths to write them out?

    Example:
        >>> from microbp import Value, explain
        >>> x = y = Value(1.0, label="x")
        >>> for _ in range(40):
        ...     y = y + y
        >>> ladder = explain(y, wrt=x)
        >>> ladder.paths.count == 2**40, ladder.is_factored, ladder.saved
        (True, True, 42880953483186)
    """

    def __init__(self, graph: Graph, start: int, precision: int = 4) -> None:
        self.graph, self.precision = graph, checked_precision(precision)
        self.paths = Paths(graph, start, graph.roots[0])
        self.is_factored = self.paths.count > FEW

    @property
    def gradient(self) -> float:
        """The gradient that is explained."""
        return self.paths.gradient

    @property
    def saved(self) -> int | float:
        """How many multiplications factoring saves."""
        return self.paths.multiplications - self.paths.factored

    def __str__(self) -> str:
        return explanation.as_text(self)

    def __repr__(self) -> str:
        names, paths = self.graph.names, self.paths
        return (
            f"Explanation(d{names[paths.end]}/d{names[paths.start]} = "
            f"{self.gradient!r}, {paths.count} paths)"
        )

    def markdown(self) -> str:
        """In Markdown, with formulas in LaTeX between dollar signs."""
        return explanation.as_markdown(self)

    def latex(self) -> str:
        """In LaTeX: text and `align*` environments, which need the package amsmath."""
        return explanation.as_latex(self)

    def _repr_markdown_(self) -> str:
        return self.markdown()
