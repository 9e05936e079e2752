"""DOT: a graph as text for Graphviz. No program is needed to make it.

Map: `to_dot` is the whole text, `body` its lines. `Writer` writes one picture.
"""

from __future__ import annotations

from math import isnan
from types import MappingProxyType
from typing import TYPE_CHECKING

from microbp.draw.boxes import NO_MARK, Look, is_bare, markup_of_frame
from microbp.draw.difference import changes
from microbp.draw.layers import columns
from microbp.draw.legend import caption
from microbp.draw.marks import Mark, Marks
from microbp.draw.options import ARROWS_PER_NODE, MAX_NODES, Options
from microbp.draw.theme import Gradients, theme_named
from microbp.draw.tips import edge_tip, group_tip, node_tip
from microbp.errors import GraphTooLargeError
from microbp.graph import Graph, fold
from microbp.graph.modules import kinds
from microbp.text.numerals import factor
from microbp.text.quoting import quote, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from microbp.graph import Edge, Folded, Frame

NO_MARKS = Marks()
FONT = "Helvetica,Arial,sans-serif"


def to_dot(v: Any, *, rankdir: str = "LR", **options: Any) -> str:
    r"""The graph of a Value in the DOT language, for Graphviz.

    Args:
        v: The root: a Value, or several.
        rankdir: The direction of computation: `"LR"`, `"RL"`, `"TB"` or `"BT"`.
        **options: All others of `draw`, except `format`.

    Raises:
        ChoiceError: An option is a name that is not on its list.
        ArgumentError: A number is negative that must not be.
        GraphTooLargeError: There would be more than `max_nodes` boxes.

    Example:
        >>> from microbp import Value, to_dot
        >>> x = Value(3.0, label="x")
        >>> text = to_dot(x * x, legend=False)
        >>> for line in text.splitlines():
        ...     if "->" in line:
        ...         print(line.split(" tooltip")[0])
            n0 -> n1 [label=" ×3.00 "
            n0 -> n1 [label=" ×3.00 "
    """
    lines = body(v, Options(rankdir=rankdir, **options))
    return "".join(["digraph {\n", f"\tgraph [rankdir={rankdir}]\n", *lines, "}\n"])


def body(v: Any, options: Options) -> list[str]:
    """The lines of a picture, without the frame that makes them a DOT file."""
    graph = v if isinstance(v, Graph) else Graph(v)
    if options.before is not None:
        graph = changes(graph, options.before)
    folded = fold(
        graph,
        options.fold,
        options.open,
        operands=options.operands,
        repeats=options.repeats,
    )
    _check_size(folded, options)
    return [f"\t{line}\n" for line in Writer(folded, options).lines()]


def _check_size(folded: Folded, options: Options) -> None:
    boxes, arrows = len(folded.boxes), len(folded.edges)
    limit = options.max_nodes
    if limit is None or (boxes <= limit and arrows <= ARROWS_PER_NODE * limit):
        return
    present = kinds(folded.graph.scope)
    modules = " or ".join(f"fold={kind!r}" for kind in present)
    close = (
        f"close modules into one box each with {modules}, keep single ones open with "
        "open='path/of/a module'"
        if present
        else "no module computed anything in it that fold= could close; draw a part"
    )
    raise GraphTooLargeError(
        f"the picture would have {boxes:,} boxes and {arrows:,} arrows, and "
        f"max_nodes={limit} (by default {MAX_NODES}) with {ARROWS_PER_NODE} arrows "
        f"each can be read: {close}, or draw it all the same with max_nodes=None"
    )


class Writer:
    """Writes one picture.

    Args:
        folded: What is drawn.
        options: How it is drawn.
        marks: What stands out.
        prefix: Before the names of boxes, where two graphs share a picture.
        places: Where boxes and arrows stand, if that is settled: attributes by their
            ids. There are no tooltips then.
        sizes: The least width and height of boxes, in points, by their ids.
    """

    def __init__(
        self,
        folded: Folded,
        options: Options,
        marks: Marks = NO_MARKS,
        prefix: str = "",
        places: Mapping[str, str] | None = None,
        sizes: Mapping[str, tuple[float, float]] = MappingProxyType({}),
    ) -> None:
        graph = folded.graph
        self.folded, self.graph, self.options = folded, graph, options
        self.marks, self.prefix = marks, prefix
        self.places, self.sizes = places, sizes
        self.theme = theme_named(options.theme)
        shown = [
            graph.grad[i]
            for box in folded.boxes
            for i in ([box] if isinstance(box, int) else box.outputs)
        ]
        scale = Gradients(self.theme, shown)
        sign = "∇" if options.before is None else "Δ"
        self.look = Look(self.theme, scale, options.precision, options.show, sign)
        # Before backward() nothing is known of a gradient that is 0.
        self.is_run = sign == "Δ" or any(graph.grad[i] != 0.0 for i in graph.roots)
        self.roots = {folded.box_of[i] for i in graph.roots}
        self.path = options.path_nodes(graph)
        self.path_boxes = {folded.box_of[i] for i in self.path}
        groups = [k for k, box in enumerate(folded.boxes) if not isinstance(box, int)]
        self.group_number = {k: number for number, k in enumerate(groups)}

    def lines(self) -> Iterator[str]:
        """All lines: settings, frames with boxes in them, boxes outside, edges."""
        yield from self.settings()
        yield from self.content()

    def content(self) -> Iterator[str]:
        """The lines of boxes and arrows."""
        if self.options.layout == "layers":  # dot has no columns through frames
            for column in columns(self.folded):
                yield "{"
                yield "\trank=same"
                yield from (f"\t{self._box(box)}" for box in column)
                yield from self._in_order(column)
                yield "}"
        else:
            for number, frame in enumerate(self.folded.frames):
                yield from self._frame(frame, str(number))
            for box in self.folded.free:
                yield self._box(box)
        for number, edge in enumerate(self.folded.edges):
            yield self._edge(edge, number)

    def _in_order(self, column: list[int]) -> Iterator[str]:
        """Invisible arrows that keep closed modules of a column in their order."""
        closed = [k for k in column if not isinstance(self.folded.boxes[k], int)]
        if len(closed) > 1:
            yield f"\t{' -> '.join(map(self._name, closed))} [style=invis]"

    def settings(self) -> Iterator[str]:
        """The lines that hold for the whole picture."""
        theme, title = self.theme, self.options.title
        label = caption(
            self.folded,
            self.look,
            title,
            self.options.legend,
            self.is_run,
            self.options.path_lines(self.graph),
        )
        place = f"label=<{label}> labelloc={'t' if title else 'b'} " if label else ""
        yield (
            f'graph [{place}bgcolor="{theme.paper}" fontname="{FONT}" fontsize=10 '
            f'fontcolor="{theme.faint}" nodesep=0.18 ranksep=0.4 pad=0.2 tooltip=" "]'
        )
        yield (
            f'node [shape=plain fontname="{FONT}" fontsize=11 fontcolor="{theme.ink}"]'
        )
        yield (
            f'edge [fontname="{FONT}" fontsize=9 fontcolor="{theme.faint}" '
            f'color="{theme.faint}" arrowsize=0.6 penwidth=0.8]'
        )

    def _frame(self, frame: Frame, number: str) -> Iterator[str]:
        theme = self.theme
        yield f"subgraph cluster_{number} {{"
        yield (
            f"\tgraph [label=<{markup_of_frame(frame.scope, theme)}> labeljust=l "
            f'labelloc=t style=rounded margin=10 color="{theme.frame.line}" '
            f'bgcolor="{theme.frame.fill}" tooltip={quote(visible(frame.scope.path))}]'
        )
        for place, inner in enumerate(frame.frames):
            yield from (f"\t{line}" for line in self._frame(inner, f"{number}_{place}"))
        for box in frame.boxes:
            yield f"\t{self._box(box)}"
        yield "}"

    def _box(self, k: int) -> str:
        box, is_root, name = self.folded.boxes[k], k in self.roots, self._name(k)
        if isinstance(box, int):
            has_grad: bool | None = box not in self.marks.without_grad
            if not self.is_run and self.graph.grad[box] == 0.0:
                has_grad = None
            label = self.look.node(
                self.graph[box],
                is_root,
                self.marks.boxes.get(box, NO_MARK),
                box not in self.marks.without_data,
                has_grad,
                self.sizes.get(name),
            )
            tip = node_tip(self.graph, box)
        else:
            label = self.look.group(box, self.graph, is_root)
            tip = group_tip(self.graph, box)
        if self.places is not None:
            return f"{name} [label=<{label}>{self.places.get(name, '')}]"
        return f"{name} [label=<{label}> tooltip={quote(tip)}]"

    def _name(self, k: int) -> str:
        box = self.folded.boxes[k]
        name = f"n{box}" if isinstance(box, int) else f"g{self.group_number[k]}"
        return self.prefix + name

    def _is_bare(self, k: int) -> bool:
        """Is the box a constant without a name?"""
        box = self.folded.boxes[k]
        if not isinstance(box, int):
            return False
        return is_bare(self.graph.kind[box], self.graph.label[box])

    def _edge(self, edge: Edge, number: int) -> str:
        if edge.local is None:
            label = f"{edge.values:,} values" if edge.values > 1 else ""
        elif isnan(edge.local) and self._is_bare(edge.source):
            label = ""  # the exponent in x**2 with x < 0: undefined, and nobody asked
        elif "local" not in self.options.show:
            label = ""
        else:
            label = factor(edge.local, self.options.precision)
        mark = self._mark(edge)
        if mark is not None:
            label = visible(mark.note) or label
        tip = quote(edge_tip(self.graph, edge))
        attributes = [f"label={quote(f' {label} ')}"] if label else []
        if self.places is None:
            attributes += [f"tooltip={tip}", f"labeltooltip={tip}"]
        else:
            attributes.append(f'id="e{number}"{self.places.get(f"e{number}", "")}')
        if mark is not None or {edge.source, edge.target} <= self.path_boxes:
            tone = self.theme.tone(mark.tone if mark else "")
            attributes.append(f'color="{tone}" fontcolor="{tone}" penwidth=2')
        arrow = f"{self._name(edge.source)} -> {self._name(edge.target)}"
        return f"{arrow} [{' '.join(attributes)}]"

    def _mark(self, edge: Edge) -> Mark | None:
        if edge.nodes is None or edge.place is None:
            return None
        return self.marks.arrows.get((edge.nodes[1], edge.place))
