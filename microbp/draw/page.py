"""`explore`: one HTML file in which a graph lives.

The page computes by itself: its functions are printed from the rows of the operation
table, and the files in `assets/` only walk, draw and listen. Everything is in the one
file, so it can be mailed, opened from a disk, and needs no network.

Map: `explore` makes a `Page`; `_data` is what the page knows of the graph, `_layout`
where `dot` puts its boxes. `document.py` makes the file.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING

from microbp.draw.document import Page, check_choices, document
from microbp.draw.live import SCRIPTS, SPECIAL, live
from microbp.draw.options import ARROWS_PER_NODE, MAX_NODES
from microbp.errors import ArgumentError, DotNotFoundError, GraphTooLargeError
from microbp.graph import Graph, fold
from microbp.graph.modules import kinds
from microbp.graph.runs import check_numbers
from microbp.text.notation import sign
from microbp.text.numerals import factor
from microbp.text.quoting import shorten, subscript, visible
from microbp.text.script import formulas, key, operations

if TYPE_CHECKING:
    from typing import Any

    from microbp.engine.scope import Scope

MOST = 20_000  # nodes; a browser would not keep up with more
START = (
    SPECIAL
    + """
window.page = start(root, data, ops, { link: true });"""
)
BOX, BARE = (148, 56), (46, 28)  # as in layout.js


def explore(
    v: Any,
    path: Any = None,
    lang: str = "en",
    *,
    theme: str = "auto",
    title: str = "",
) -> Page:
    """One self-contained page in which the graph can be changed and stepped through.

    Every leaf has a slider, and all values, local derivatives and gradients follow.
    Both runs can be stepped through, forwards and back; a click on a box or an arrow
    shows its formula; gradient descent is two buttons, one that computes gradients and
    one that uses them.

    The page computes gradients of `v` by itself: `backward` need not have been called,
    and nothing is changed here.

    Args:
        v: The result, a Value or a `Graph` with one root.
        path: Where to write the page, `.html`; None to get it only.
        lang: `"en"` or `"zh"`, in which the page begins.
        theme: `"auto"` (as the reader's system), `"light"` or `"dark"`.
        title: The heading; by default the name of the result.

    Returns:
        A `Page`.

    Raises:
        ChoiceError: There is no such language or theme.
        ArgumentError: There are several roots, or a node was built by hand, whose
            formula is not known.
        PlaceholderError: A number is not known yet.
        GraphTooLargeError: There are more than 20,000 nodes.

    Example:
        >>> from microbp import Value, explore
        >>> x = Value(3.0, label="x")
        >>> page = explore((x * x).tanh())
        >>> page.html.startswith("<!doctype html>"), "http://" in page.html[:300]
        (True, False)
    """
    check_choices(lang, theme, title)
    graph = v if isinstance(v, Graph) else Graph(v)
    _check(graph)
    heading = visible(shorten(title or graph.names[graph.roots[0]], 80))
    data = _data(graph) | {"title": heading, "lang": lang, "theme": theme}
    code = operations(filter(None, data["keys"])) + "\n" + START
    page = document(heading, lang, data, SCRIPTS, code)
    page._widget = lambda: live(graph, data)
    if path is not None:
        page.save(path)
    return page


def _check(graph: Graph) -> None:
    if len(graph.roots) != 1:
        raise ArgumentError(
            f"a page shows one result, not {len(graph.roots)}: explore each of them, "
            "or their sum"
        )
    check_numbers(graph)
    if len(graph) > MOST:
        raise GraphTooLargeError(
            f"the graph has {len(graph):,} nodes, and a page has room for {MOST:,}: "
            "explore a part of it, such as the result of one neuron"
        )
    for i, row in enumerate(graph.operation):
        if row is None and graph.parents[i]:
            raise ArgumentError(
                f"{graph.names[i]!r} was built by hand as {graph.op[i]!r}, and a page "
                "cannot compute it anew, as its formula is not known: write it with "
                "operations of Values"
            )


def _data(graph: Graph) -> dict[str, Any]:
    """What the page knows of the graph."""
    scopes: dict[Scope, int] = {}

    def number(scope: Scope | None) -> int | None:
        if scope is None:
            return None
        number(scope.outer)
        return scopes.setdefault(scope, len(scopes))

    scope_of = [number(scope) for scope in graph.scope]
    closing = _closing(graph)
    keys = [
        key(row, len(parents)) if row is not None else ""
        for row, parents in zip(graph.operation, graph.parents, strict=True)
    ]
    return {
        "names": [visible(name) for name in graph.names],
        "shown": [subscript(visible(name)) for name in graph.names],
        "labels": [visible(label) for label in graph.label],
        "kinds": list(graph.kind),
        "ops": list(graph.op),
        "keys": keys,
        "signs": [
            sign(op) if op else {"parameter": "◆"}.get(kind, "○")
            for op, kind in zip(graph.op, graph.kind, strict=True)
        ],
        "parents": [list(parents) for parents in graph.parents],
        "data": [x if isfinite(x) else str(x) for x in graph.data],
        "scope": scope_of,
        "scopes": [
            {
                "kind": scope.kind,
                "name": visible(scope.name),
                "title": visible(scope.title),
                "path": visible(scope.path),
                "outer": None if scope.outer is None else scopes[scope.outer],
            }
            for scope in scopes
        ],
        "root": graph.roots[0],
        "formulas": formulas(filter(None, keys)),
        "closed": [k for scope, k in scopes.items() if scope.kind == closing],
        "layout": _layout(graph) if closing is None else None,
    }


def _closing(graph: Graph) -> str | None:
    """The kind of module that is closed at first, so that one can see anything."""
    if len(graph) <= MAX_NODES:
        return None
    present = kinds(graph.scope)
    for kind in reversed(present):
        folded = fold(graph, kind)
        few = len(folded.edges) <= ARROWS_PER_NODE * MAX_NODES
        if few and len(folded.boxes) <= MAX_NODES:
            return kind
    return present[0] if present else None


def _layout(graph: Graph) -> dict[str, Any] | None:
    """Where `dot` puts boxes and arrows; None where there is no `dot`."""
    from microbp.draw.picture import run_dot

    lines = ["digraph {", "graph [rankdir=LR nodesep=0.3 ranksep=0.55]"]
    lines.append('node [shape=box fixedsize=true label=""] edge [fontsize=11]')
    for i, kind in enumerate(graph.kind):
        bare = kind == "constant" and not graph.label[i]
        w, h = BARE if bare else BOX
        lines.append(f"n{i} [width={w / 72:.4f} height={h / 72:.4f}]")
    for i, parents in enumerate(graph.parents):
        for place, p in enumerate(parents):
            label = factor(graph.local_grads[i][place], 2)
            lines.append(f'n{p} -> n{i} [id="{i} {place}" label=" {label} "]')
    lines.append("}")
    try:
        text = run_dot("dot", "json0", "\n".join(lines))
    except DotNotFoundError:
        return None  # the page has a plain layout of its own
    laid_out = json.loads(text)
    _, _, width, height = map(float, laid_out["bb"].split(","))
    nodes: list[Any] = [None] * len(graph)
    for thing in laid_out["objects"]:
        x, y = map(float, thing["pos"].split(","))
        nodes[int(thing["name"][1:])] = [round(x, 1), round(height - y, 1)]
    edges = {}
    for edge in laid_out.get("edges", ()):
        lx, ly = map(float, edge["lp"].split(","))
        path = _svg_path(edge["pos"], height)
        edges[edge["id"]] = [path, round(lx, 1), round(height - ly + 4, 1)]
    return {"width": width, "height": height, "nodes": nodes, "edges": edges}


def _svg_path(pos: str, height: float) -> str:
    """A spline of dot, `e,x,y x,y x,y ...`, as the path of an SVG."""
    tip, *points = pos.split()
    if not tip.startswith("e,"):
        points, tip = [tip, *points], ""
    numbers = [tuple(map(float, point.split(","))) for point in points]
    places = [f"{x:.1f},{height - y:.1f}" for x, y in numbers]
    path = f"M{places[0]}C{' '.join(places[1:])}"
    if tip:
        x, y = map(float, tip[2:].split(","))
        path += f"L{x:.1f},{height - y:.1f}"
    return path
