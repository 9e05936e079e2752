"""Boxes: how a node, a group of nodes and the legend look, as HTML-like labels of dot.

Map: `Look` is what all boxes of a picture share; its methods are the kinds of boxes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.draw.notation import sign
from microbp.draw.numerals import numeral, signed
from microbp.draw.quoting import markup, shorten, subscript
from microbp.draw.theme import Gradients, Theme, Tint

if TYPE_CHECKING:
    from microbp.engine.scope import Scope
    from microbp.graph import Graph, Group, Node

MARKS = {"leaf": "○", "parameter": "◆", "constant": ""}  # kinds without colour
SMALL = "9"
LARGE = "12"  # dot sets bold text of size 11 a little too high


def table(
    rows: str, tint: Tint, *, border: int = 1, padding: int = 3, **more: str
) -> str:
    """A rounded table, the element that everything here is made of."""
    style = {"color": tint.line, "bgcolor": tint.fill, "style": "rounded", **more}
    attributes = "".join(f' {name}="{value}"' for name, value in style.items())
    return (
        f'<table border="{border}" cellborder="0" cellspacing="0" '
        f'cellpadding="{padding}"{attributes}>{rows}</table>'
    )


def row(*cells: str, align: str = "left") -> str:
    """A table row with these cells."""
    return "<tr>" + "".join(f'<td align="{align}">{c}</td>' for c in cells) + "</tr>"


def line(*cells: str) -> str:
    """Cells side by side, in a table without any border."""
    body = "".join(f"<td>{cell}</td>" for cell in cells)
    return (
        '<table border="0" cellborder="0" cellspacing="0" cellpadding="2">'
        f"<tr>{body}</tr></table>"
    )


def text(content: str, color: str = "", size: str = "", bold: bool = False) -> str:
    """Text that was quoted already, in this font."""
    if bold:
        content = f"<b>{content}</b>"
    style = f' color="{color}"' * bool(color) + f' point-size="{size}"' * bool(size)
    return f"<font{style}>{content}</font>" if style else content


def name_of(name: str) -> str:
    """A name of the user's as a box shows it."""
    return markup(subscript(shorten(name)))


def kind_shown(kind: str, label: str) -> str:
    """What a picture calls a node: a number with a name is an input, like a pixel."""
    is_input = kind == "placeholder" or (kind == "constant" and label)
    return "leaf" if is_input else kind


class Look:
    """What all boxes of a picture share: colours, gradient scale, digits.

    Args:
        theme: The colours.
        scale: How gradients are coloured.
        precision: Digits after the point.
    """

    def __init__(self, theme: Theme, scale: Gradients, precision: int) -> None:
        self.theme, self.scale, self.precision = theme, scale, precision

    def node(self, node: Node, is_root: bool) -> str:
        """The box of one node: its sign and name above its data and gradient."""
        if node.kind == "constant" and not node.label and not is_root:
            tint = self.theme.constant
            number = text(f"{node.data:.6g}".replace("-", "−"), tint.ink, "10")
            return table(row(number), tint, padding=2)
        numbers = line(numeral(node.data, self.precision), self.pill(node.grad))
        head = self._bar(node)
        return self._framed(row(head) + row(numbers), self.theme.operation, is_root)

    def group(self, group: Group, graph: Graph, is_root: bool) -> str:
        """The box of a group: what it is, how much is in it, and its gradients."""
        head = [text(name_of(group.name), bold=True)]
        if group.title:
            title = markup(shorten(group.title, 40))
            head.append(text(title, self.theme.faint, SMALL))
        rows = row(line(*head)) + self._counts(group) + row(self._numbers(group, graph))
        return self._framed(rows, self.theme.group, is_root, sides=3)

    def pill(self, gradient: float, name: str = "∇") -> str:
        """A gradient on its colour."""
        tint = self.scale.tint(gradient)
        number = text(f"{name} {signed(gradient, self.precision)}", tint.ink)
        return self.chip(number, tint, self.theme.down_style if gradient < 0 else "")

    def chip(self, content: str, tint: Tint, style: str = "") -> str:
        """A small filled box inside a box."""
        border = int(tint.line != tint.fill)
        more = {"style": style} if style else {}
        return table(
            row(content, align="center"), tint, border=border, padding=2, **more
        )

    def operation(self, op: str) -> str:
        """The sign of an operation on its chip."""
        chip = self.theme.chip
        written = text(markup(shorten(sign(op), 16)), chip.ink, "10", bold=True)
        return self.chip(written, chip)

    def mark(self, kind: str) -> str:
        """The sign of a kind of leaf on its colour."""
        tint = self._tint(kind)
        return self.chip(text(MARKS[kind], tint.ink, SMALL), tint)

    def _bar(self, node: Node) -> str:
        """The head of a box: on the left what it is, on the right its name."""
        if node.kind == "operation":
            tint = self.theme.chip
            kind = text(markup(shorten(sign(node.op), 16)), size=LARGE, bold=True)
        else:
            shown = kind_shown(node.kind, node.label)
            tint, kind = self._tint(shown), MARKS[shown]
        name = text(markup(node.name), size="10")  # a made-up one is smaller
        if node.label:
            name = text(name_of(node.label), size=LARGE, bold=True)
        cells = f'<td align="left">{text(kind, tint.ink)}</td>' if kind else ""
        cells += f'<td align="right">{text(name, tint.ink)}</td>'
        return table(f"<tr>{cells}</tr>", tint, border=0, padding=2)

    def _tint(self, kind: str) -> Tint:
        tint: Tint = getattr(self.theme, kind)
        return tint

    def _counts(self, group: Group) -> str:
        counts = [
            (len(group.outputs) * group.is_module, "output"),
            (group.parameters * (group.kind != "parameters"), "parameter"),
            (group.operations * group.is_module, "operation"),
        ]
        said = [f"{n:,} {what}{'s' * (n > 1)}" for n, what in counts if n]
        return row(text(" · ".join(said), self.theme.faint, SMALL)) if said else ""

    def _numbers(self, group: Group, graph: Graph) -> str:
        if group.is_module and len(group.outputs) == 1:
            (i,) = group.outputs
            number = numeral(graph.data[i], self.precision)
            return line(number, self.pill(graph.grad[i]))
        cells = []
        if group.kind == "operands":
            cells = [f"Σ {numeral(group.total, self.precision)}"]
        rms = f"∇ rms {numeral(group.grad_rms, self.precision)}"
        return line(*cells, text(rms, self.theme.faint))  # no sign, so no colour

    def _framed(self, rows: str, tint: Tint, is_root: bool, sides: int = 0) -> str:
        if is_root:
            tint = tint._replace(line=self.theme.strong)
        box = table(rows, tint, border=2 if is_root else 1)
        if sides:  # a second line around it: there is more inside
            box = table(row(box), tint, padding=sides)
        return text(box, tint.ink) if tint.ink != self.theme.ink else box


def markup_of_frame(scope: Scope, theme: Theme) -> str:
    """The label of the frame around an open module."""
    name = text(name_of(scope.name), theme.frame.ink, "11", bold=True)
    title = markup(shorten(scope.title, 60))
    return f"{name}  {text(title, theme.faint, SMALL)}" if title else name
