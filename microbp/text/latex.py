"""`to_latex`: a graph as formulas, first the values, then the gradients.

Map: `to_latex` is the whole; `_forward` and `_backward` are its two halves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.graph import Graph
from microbp.graph.runs import backward_run
from microbp.text.numerals import checked_precision
from microbp.text.writing import TEX, signed_factor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


def to_latex(v: Any, *, precision: int = 4, gradients: bool = True) -> str:
    r"""The graph of a Value in LaTeX: each node as a formula with its number.

    Gradients are those of the root, computed on a copy; `backward` is not needed.

    Args:
        v: The root: a Value, several, or a `Graph`.
        precision: Digits after the point.
        gradients: With the chain rule at every node, from the root to the leaves?

    Returns:
        An `align*` environment, for a document that uses amsmath, or for MathJax or
        KaTeX. Labels beyond ASCII need XeLaTeX or LuaLaTeX.

    Raises:
        PlaceholderError: A number is not known yet.

    Example:
        >>> from microbp import Value, to_latex
        >>> x = Value(3.0, label="x")
        >>> print(to_latex(x * x, precision=1))
        \begin{align*}
        x &= 3.0 \\
        v_{1} &= x \times x = 9.0 \\[1ex]
        \frac{\partial v_{1}}{\partial v_{1}} &= 1 \\
        \frac{\partial v_{1}}{\partial x} &= 1.0 \times 3.0 + 1.0 \times 3.0 = 6.0
        \end{align*}
    """
    checked_precision(precision)
    graph = v if isinstance(v, Graph) else Graph(v)
    forward = " \\\\\n".join(_forward(graph, precision))
    backward = " \\\\\n".join(_backward(graph, precision)) if gradients else ""
    between = " \\\\[1ex]\n" if backward else ""
    return f"\\begin{{align*}}\n{forward}{between}{backward}\n\\end{{align*}}"


def _forward(graph: Graph, precision: int) -> Iterator[str]:
    for i, parents in enumerate(graph.parents):
        number = TEX.number(graph.data[i], precision)
        if parents:
            operands = [_operand(graph, p) for p in parents]
            written = TEX.expression(graph.op[i], operands)
            yield f"{TEX.name(graph.names[i])} &= {written} = {number}"
        elif not _is_bare(graph, i) or i in graph.roots:
            yield f"{TEX.name(graph.names[i])} &= {number}"


def _backward(graph: Graph, precision: int) -> Iterator[str]:
    run = backward_run(graph)
    terms: dict[int, list[str]] = {root: ["1"] for root in graph.roots}
    for k, operand in enumerate(run.operands):
        upstream, local = run.upstream[k], run.local[k]
        terms.setdefault(operand, []).append(
            signed_factor(TEX, upstream, precision)
            + TEX.times
            + signed_factor(TEX, local, precision)
        )
    root = TEX.name(graph.names[graph.roots[0]]) if len(graph.roots) == 1 else "E"
    for i in range(len(graph) - 1, -1, -1):
        if not _is_bare(graph, i) or i in graph.roots:
            whole = TEX.partial(root, TEX.name(graph.names[i]))
            result = TEX.number(run.gradients[i], precision)
            equals = f" = {result}" if terms[i] != ["1"] else ""
            yield f"{whole} &= {' + '.join(terms[i])}{equals}"


def _operand(graph: Graph, i: int) -> str:
    if not _is_bare(graph, i):
        return TEX.name(graph.names[i])
    number = TEX.dialect.number(graph.data[i])
    return TEX.negative.format(number) if number.startswith("-") else number


def _is_bare(graph: Graph, i: int) -> bool:
    """Is it a constant without a name?"""
    return graph.kind[i] == "constant" and not graph.label[i]
