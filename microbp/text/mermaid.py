"""`to_mermaid`: a graph as a Mermaid flowchart, which web pages and wikis draw.

Map: `to_mermaid` is the whole.
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from microbp.errors import ChoiceError
from microbp.graph import Graph
from microbp.text.notation import sign
from microbp.text.numerals import checked_precision, factor, numeral, signed
from microbp.text.quoting import mermaid, shorten, subscript

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

DIRECTIONS = ("LR", "RL", "TB", "BT")
# Of each kind of node: fill, text, border; those of the light theme of `draw`.
STYLES = {
    "operation": "fill:#ffffff,color:#1c2330,stroke:#b9c1cd",
    "leaf": "fill:#dde9d7,color:#1c2330,stroke:#a9bda2",
    "parameter": "fill:#e4daf4,color:#1c2330,stroke:#b9a6d6",
    "constant": "fill:#f4f5f7,color:#4a5261,stroke:#dfe3e8",
    "placeholder": "fill:#dde9d7,color:#1c2330,stroke:#a9bda2",
}


def to_mermaid(v: Any, *, rankdir: str = "LR", precision: int = 4) -> str:
    """The graph of a Value as a Mermaid flowchart.

    Args:
        v: The root: a Value, several, or a `Graph`.
        rankdir: The direction of computation: `"LR"`, `"RL"`, `"TB"` or `"BT"`.
        precision: Digits after the point.

    Raises:
        ChoiceError: There is no such direction.

    Example:
        >>> from microbp import Value, to_mermaid
        >>> x = Value(3.0, label="x")
        >>> for line in to_mermaid(x * x, precision=1).splitlines()[:5]:
        ...     print(line)
        flowchart LR
            n0["x<br/>3.0"]:::leaf
            n1["×#160;#160;v₁<br/>9.0"]:::operation
            n0 -->|"×3.0"| n1
            n0 -->|"×3.0"| n1
    """
    if rankdir not in DIRECTIONS:
        raise ChoiceError("rankdir", rankdir, DIRECTIONS)
    checked_precision(precision)
    graph = v if isinstance(v, Graph) else Graph(v)
    return "\n".join([f"flowchart {rankdir}", *_lines(graph, precision)]) + "\n"


def _lines(graph: Graph, precision: int) -> Iterator[str]:
    has_gradients = any(graph.grad)
    for i, kind in enumerate(graph.kind):
        name = mermaid(shorten(subscript(graph.names[i])))
        head = mermaid(sign(graph.op[i])) + "#160;#160;" if graph.op[i] else ""
        lines = [head + name]
        if kind != "constant" or graph.label[i]:
            lines.append(mermaid(numeral(graph.data[i], precision)))
            if has_gradients:
                lines.append(mermaid(f"∇ {signed(graph.grad[i], precision)}"))
        yield f'    n{i}["{"<br/>".join(lines)}"]:::{kind}'
    for i, parents in enumerate(graph.parents):
        for p, local in zip(parents, graph.local_grads[i], strict=True):
            known = not (isnan(local) and graph.kind[p] == "constant")
            label = f'|"{mermaid(factor(local, precision))}"|' if known else ""
            yield f"    n{p} -->{label} n{i}"
    for kind in dict.fromkeys(graph.kind):
        yield f"    classDef {kind} {STYLES[kind]}"
