"""Pictures of graphs. Everything here reads a snapshot, `Graph`, never live Values.

Text first: `to_dot` needs no program and no package. Only `draw(...)`, when it renders,
runs Graphviz's `dot`, and says what to install where that is missing.

Map, in reading order:

- `options.py`: what can be asked for. `dot.py`: a graph as DOT text, `to_dot`.
- `boxes.py`, `legend.py`, `tips.py`: how a box, the legend and a tooltip look.
  `theme.py`: colours. `marks.py`: what stands out in one picture.
- `difference.py`, `layers.py`: changes between two graphs; boxes in columns.
- `picture.py`: the picture as a `graphviz.Digraph`. `notebook.py`: Values in notebooks.
- `trace.py`: a run step by step; `frames.py` draws it as a strip or an animation.
  `mistakes.py`: wrong algorithms beside the right one.
- `page.py`: `explore`, one HTML file; `playground.py`: the playground; `document.py`
  puts such a file together, `live.py` makes a widget of it. The scripts are in
  `assets/`, from `engine.js` (the graph) to `page.js` and `playground.js`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from microbp.draw.dot import to_dot
from microbp.draw.options import FIELDS, MAX_NODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from microbp.draw.picture import Picture
    from microbp.engine.value import Value
    from microbp.graph import Graph

__all__ = ["draw", "to_dot"]


def draw(
    v: Value | Iterable[Value] | Graph,
    *,
    rankdir: str = "LR",
    format: str = "svg",
    precision: int = 4,
    theme: str = "light",
    fold: str | int | None = None,
    open: str | Sequence[str] | None = None,
    highlight: Value | str | None = None,
    before: Value | Graph | None = None,
    show: str | Sequence[str] = FIELDS,
    layout: str = "flow",
    repeats: str = "each",
    max_nodes: int | None = MAX_NODES,
    operands: int = 6,
    legend: bool = True,
    title: str = "",
) -> Picture:
    """The graph of a Value as a picture: each number, gradient and local derivative.

    Args:
        v: The root: a Value, or several.
        rankdir: The direction of computation: `"LR"`, `"RL"`, `"TB"` or `"BT"`.
        format: What the picture is rendered to, such as `"svg"`, `"png"`, `"pdf"`.
        precision: Digits after the point.
        theme: `"light"`, `"dark"`, or `"print"`, which does without colour.
        fold: Draw each module as one box: those of a kind such as `"layer"`, or those
            at a depth, 1 for the outermost; 0 draws a frame around each instead.
        open: Paths of modules that are shown with all nodes all the same, such as
            `"mlp/layer 1/neuron 3"`, or `"neuron 3"` if there is only one.
        highlight: A Value or its label: the paths from it to the root are drawn thick,
            and their products and sum are written below.
        before: The same graph at an earlier time, as a `Graph`: boxes then show by how
            much each number has changed, in place of gradients.
        show: What boxes and arrows carry: any of `"label"`, `"op"`, `"data"`, `"grad"`
            and `"local"`.
        layout: `"flow"`, or `"layers"`: boxes that are equally far from the leaves
            stand in one column.
        repeats: `"each"`, or `"once"`: what is there many times in the same way, such
            as the neurons of a layer or the samples in a loss, is one box with a count.
        max_nodes: The largest number of boxes; None for no limit.
        operands: In folded pictures, how many operands of a very long sum are shown.
        legend: Explain signs and colours in a line below?
        title: A title above.

    Returns:
        A `graphviz.Digraph`: `.render("name")` writes a file, `.source` is the DOT
        text, and a notebook shows it.

    Raises:
        ArgumentTypeError: `v` is not a Value.
        ChoiceError: An option is a name that is not on its list.
        ArgumentError: A number is negative that must not be.
        GraphTooLargeError: There would be more than `max_nodes` boxes.

    Example:
        >>> from microbp import Value, draw
        >>> x = Value(3.0, label="x")
        >>> y = x * x + x
        >>> y.backward()
        >>> picture = draw(y, rankdir="TB")
        >>> picture.source.count("->")
        4
    """
    from microbp.draw.picture import picture

    return picture(
        v,
        format,
        rankdir=rankdir,
        precision=precision,
        theme=theme,
        fold=fold,
        open=open,
        highlight=highlight,
        before=before,
        show=show,
        layout=layout,
        repeats=repeats,
        max_nodes=max_nodes,
        operands=operands,
        legend=legend,
        title=title,
    )


class _CallableModule(ModuleType):
    """The room and its main function have one name, so the room can be called too.

    Python sets `microbp.draw` to this module as soon as anything in it is imported, and
    `microbp.draw(y)` has to work after that as before.
    """

    def __call__(self, *args: Any, **options: Any) -> Picture:
        return draw(*args, **options)


sys.modules[__name__].__class__ = _CallableModule
