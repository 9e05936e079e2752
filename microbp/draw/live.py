"""The page as a widget of a notebook, live: a slider moves a Value in Python.

It needs the package anywidget, an optional extra: `pip install microbp[notebook]`.

Map: `live` makes the widget; `SCRIPTS` and `SPECIAL` are what it shares with the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.draw.document import asset, bundle, colours
from microbp.errors import MissingPackageError
from microbp.text.script import operations

if TYPE_CHECKING:
    from typing import Any

    from microbp.graph import Graph

SCRIPTS = (
    *("engine", "layout", "words", "view", "icons"),
    *("panels", "player", "link", "page"),
)
SPECIAL = """\
const special = { nan: NaN, inf: Infinity, "-inf": -Infinity };
data.data = data.data.map((x) => special[x] ?? x);"""
HEIGHT = 640  # pixels


def live(graph: Graph, data: dict[str, Any]) -> Any:
    """A widget with the page of a graph in it, whose sliders move the leaves.

    Args:
        graph: The graph; its Values get the numbers that the learner chooses.
        data: What the page knows of it.

    Returns:
        An `anywidget.AnyWidget`. Its trait `leaf` is the last change, a pair of the
        number of a node and its new value; each is written into the Value's `data`.
        What was computed from it stays as it was computed.

    Raises:
        MissingPackageError: anywidget is not installed.
    """
    try:
        import anywidget
        import traitlets
    except ImportError as missing:
        raise MissingPackageError(
            "a live widget needs anywidget: pip install anywidget; without it the page "
            "is shown in a frame, and .save('page.html') writes it"
        ) from missing
    keys = [key for key in data["keys"] if key]
    script = f"""{bundle(SCRIPTS)}
{operations(keys)}
export default {{
  render({{ model, el }}) {{
    const data = structuredClone(model.get("graph"));
    {SPECIAL}
    const root = document.createElement("div");
    root.style.height = "{HEIGHT}px";
    el.append(root);
    const onLeaf = (i, x) => {{
      model.set("leaf", [i, x]);
      model.save_changes();
    }};
    // The widget has a size only when it is in the document.
    requestAnimationFrame(() => {{
      el.page = start(root, data, ops, {{ link: false, onLeaf }});
    }});
  }},
}};
"""
    traits = {
        "_esm": script,
        "_css": f"{colours()}\n{asset('page.css')}",
        "graph": traitlets.Dict(data).tag(sync=True),
        "leaf": traitlets.List([]).tag(sync=True),
    }
    widget = type("Explore", (anywidget.AnyWidget,), traits)()
    values = {i: value for value, i in graph.values()}

    def moved(change: Any) -> None:
        if len(change["new"]) == 2:
            i, number = change["new"]
            if i in values and not graph.parents[i]:
                values[i].data = float(number)

    widget.observe(moved, "leaf")
    return widget
