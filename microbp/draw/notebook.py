"""What a notebook shows for a Value: its picture.

Map: `mimebundle` is what `Value._repr_mimebundle_` answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.draw.options import ARROWS_PER_NODE, MAX_NODES
from microbp.errors import ArgumentError, DotNotFoundError, PlaceholderError
from microbp.graph import Graph, fold
from microbp.graph.modules import kinds

if TYPE_CHECKING:
    from microbp.engine.value import Value


def mimebundle(v: Value) -> dict[str, str]:
    """What a notebook shows for a Value: a picture if there is `dot`, and always text.

    A graph with too many nodes is shown with modules closed, as few as will do; without
    modules the text says what to call instead. Without `dot` it is the page of
    `explore`.

    Args:
        v: The root of the picture.

    Returns:
        The representations by MIME type: `text/plain`, and `image/svg+xml` if possible,
        else `text/html`.

    Example:
        >>> from microbp import Value
        >>> mimebundle(Value(2.0, label="x"))["text/plain"]
        "Value(label='x', data=2.0, grad=0.0)"
    """
    graph = Graph(v)
    by = _fitting(graph)
    if by is False:
        hint = f"{len(graph):,} nodes, too many to show: see draw(v, max_nodes=None)"
        return {"text/plain": f"{v!r}  ({hint})"}
    from microbp.draw.picture import picture

    try:
        svg = picture(graph, "svg", fold=by).pipe(encoding="utf-8")
    except DotNotFoundError as error:
        return {"text/plain": f"{v!r}\n{error}", **_without_dot(graph)}
    return {"text/plain": repr(v), "image/svg+xml": svg}


def _without_dot(graph: Graph) -> dict[str, str]:
    """The page of a graph, which lays itself out; nothing if it has no numbers."""
    from microbp.draw.page import explore

    try:
        return {"text/html": explore(graph)._repr_html_()}
    except (ArgumentError, PlaceholderError):  # built by hand, or recorded
        return {}


def _fitting(graph: Graph) -> str | bool | None:
    """The fold that shows most and fits: None for no fold, False if there is none."""
    if len(graph) <= MAX_NODES:
        return None
    for kind in reversed(kinds(graph.scope)):
        folded = fold(graph, kind)
        arrows = len(folded.edges)
        if len(folded.boxes) <= MAX_NODES and arrows <= ARROWS_PER_NODE * MAX_NODES:
            return kind
    return False
