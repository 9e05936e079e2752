"""`explore`: one HTML file in which a graph lives.

The page computes by itself: its functions are printed from the rows of the operation
table, and the files in `assets/` only walk, draw and listen. Everything is in the one
file, so it can be mailed, opened from a disk, and needs no network.

Map: `explore` makes a `Page`; `_data` is what the page knows of the graph, `_layout`
where `dot` puts its boxes, `_bundle` the scripts as one.
"""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from importlib.resources import files
from math import isfinite
from subprocess import SubprocessError
from typing import TYPE_CHECKING

from microbp.draw.options import ARROWS_PER_NODE, MAX_NODES
from microbp.draw.theme import THEMES, Theme
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    ChoiceError,
    GraphTooLargeError,
)
from microbp.files import write_whole
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

LANGUAGES = ("en", "zh")
PAGE_THEMES = ("auto", "light", "dark")
MOST = 20_000  # nodes; a browser would not keep up with more
SCRIPTS = ("engine", "layout", "words", "view", "panels", "page")
BOX, BARE = (148, 56), (46, 28)  # as in layout.js


class Page:
    """A page: `.html` is its text, `.save(path)` writes it, a notebook shows it.

    Attributes:
        html: The whole document.
    """

    def __init__(self, html: str) -> None:
        self.html = html

    def save(self, path: Any) -> None:
        """Write the page; a file that is there is replaced when it is complete."""
        write_whole(path, lambda file: file.write(self.html.encode()))

    def __repr__(self) -> str:
        return f"Page({len(self.html):,} characters; .save('page.html') writes it)"

    def _repr_html_(self) -> str:
        style = "width:100%;height:640px;border:0;border-radius:10px"
        text = escape(self.html, quote=True)
        return f'<iframe srcdoc="{text}" style="{style}" title="microbp"></iframe>'


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
    if lang not in LANGUAGES:
        raise ChoiceError("language", lang, LANGUAGES)
    if theme not in PAGE_THEMES:
        raise ChoiceError("theme", theme, PAGE_THEMES)
    if not isinstance(title, str):
        raise ArgumentTypeError(f"title is a str, not {type(title).__name__} {title!r}")
    graph = v if isinstance(v, Graph) else Graph(v)
    _check(graph)
    heading = visible(shorten(title or graph.names[graph.roots[0]], 80))
    data = _data(graph) | {"title": heading, "lang": lang, "theme": theme}
    page = Page(_document(data, operations(filter(None, data["keys"]))))
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
    import graphviz

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
        text = graphviz.pipe("dot", "json0", "\n".join(lines).encode(), quiet=True)
    except (graphviz.ExecutableNotFound, SubprocessError):
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


def _document(data: dict[str, Any], ops: str) -> str:
    """The page as one file."""
    # In a script, only `<` could end it; JSON has a word for it.
    known = json.dumps(data, ensure_ascii=False, allow_nan=False).replace(
        "<", "\\u003c"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
    return f"""<!doctype html>
<html lang="{data["lang"]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{escape(data["title"])} · microbp</title>
<style>
html, body {{ height: 100%; margin: 0; }}
{_colours()}
{_asset("page.css")}
</style>
</head>
<body>
<div id="page"></div>
<script type="application/json" id="data">{known}</script>
<script>
"use strict";
(() => {{
{_bundle()}
{ops}
const data = JSON.parse(document.getElementById("data").textContent);
const special = {{ nan: NaN, inf: Infinity, "-inf": -Infinity }};
data.data = data.data.map((x) => special[x] ?? x);
window.page = start(document.getElementById("page"), data, ops, {{ link: true }});
}})();
</script>
</body>
</html>
"""


@cache
def _asset(name: str) -> str:
    return files("microbp.draw").joinpath("assets", name).read_text(encoding="utf-8")


@cache
def _bundle() -> str:
    """The modules one after another: without imports, for one file has no others."""
    parts = []
    for name in SCRIPTS:
        text = re.sub(r"^import .*;\n", "", _asset(f"{name}.js"), flags=re.M)
        parts.append(re.sub(r"^export ", "", text, flags=re.M))
    return "\n".join(parts)


@cache
def _colours() -> str:
    """The colours of the themes of pictures, as variables."""
    light, dark = _variables(THEMES["light"]), _variables(THEMES["dark"])
    return f"""\
.microbp {{ {light} }}
.microbp[data-theme="dark"] {{ {dark} }}
@media (prefers-color-scheme: dark) {{ .microbp[data-theme="auto"] {{ {dark} }} }}
{_shades()}"""


def _variables(theme: Theme) -> str:
    colours = {
        "paper": theme.paper,
        "ink": theme.ink,
        "faint": theme.faint,
        "strong": theme.strong,
        "card": theme.operation.fill,
        "line": theme.operation.line,
        "soft": theme.group.fill,
        "arrow": theme.faint,
        "accent": theme.accent,
        "chip": theme.chip.fill,
        "chip-ink": theme.chip.ink,
        "leaf": theme.leaf.fill,
        "leaf-ink": theme.leaf.ink,
        "parameter": theme.parameter.fill,
        "parameter-ink": theme.parameter.ink,
        "constant": theme.constant.fill,
        "constant-ink": theme.constant.ink,
        "group": theme.group.fill,
        "group-line": theme.group.line,
        "none": theme.none.fill,
        "good": theme.good,
        "fault": theme.fault,
    }
    for name, shades in (("up", theme.up), ("down", theme.down)):
        for k, tint in enumerate(shades):
            colours[f"{name}{k}"] = tint.fill
        colours[f"{name}-ink"] = shades[0].ink
    scheme = "dark" if theme is THEMES["dark"] else "light"
    listed = "; ".join(f"--{name}: {colour}" for name, colour in colours.items())
    return f"color-scheme: {scheme}; {listed}"


def _shades() -> str:
    lines = []
    for name in ("up", "down"):
        for k in range(4):
            box = f'.microbp [data-shade="{name}{k}"]'
            lines.append(f"{box} .pill {{ fill: var(--{name}{k}); }}")
        lines.append(
            f'.microbp [data-shade^="{name}"]:not(.module) > .grad '
            f"{{ fill: var(--{name}-ink); }}"
        )
    return "\n".join(lines)
