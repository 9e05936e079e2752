"""Boxes: how a node, a group of nodes and the legend look, as HTML-like labels of dot.

Map: `Look` is what all boxes of a picture share; its methods are the kinds of boxes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.draw.marks import Mark
from microbp.draw.options import FIELDS
from microbp.draw.theme import Gradients, Theme, Tint
from microbp.text.notation import sign
from microbp.text.numerals import numeral, signed
from microbp.text.quoting import markup, shorten, subscript

if TYPE_CHECKING:
    from microbp.engine.scope import Scope
    from microbp.graph import Graph, Group, Node

MARKS = {"leaf": "○", "parameter": "◆", "constant": ""}  # kinds without colour
NO_MARK = Mark()
SMALL = "9"
LARGE = "12"  # dot sets bold text of size 11 a little too high


def table(rows: str, tint: Tint, border: int = 1, padding: int = 3, **more: str) -> str:
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


def is_bare(kind: str, label: str) -> bool:
    """Is it a constant without a name? Then its number is all there is to say."""
    return kind == "constant" and not label


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
        show: The fields that boxes have.
        sign: What stands before a gradient: ∇, or Δ where changes are drawn.
    """

    def __init__(
        self,
        theme: Theme,
        scale: Gradients,
        precision: int,
        show: frozenset[str] = frozenset(FIELDS),
        sign: str = "∇",
    ) -> None:
        self.theme, self.scale, self.precision = theme, scale, precision
        self.show, self.sign = show, sign

    def node(
        self,
        node: Node,
        is_root: bool,
        mark: Mark = NO_MARK,
        has_data: bool = True,
        has_grad: bool | None = True,
        size: tuple[float, float] | None = None,
    ) -> str:
        """The box of one node: its sign and name above its data and gradient.

        Args:
            node: The node.
            is_root: Is it a result?
            mark: How it stands out.
            has_data: Is its number known?
            has_grad: Is its gradient known? None to leave it out.
            size: The least width and height of the box, in points.
        """
        if is_bare(node.kind, node.label) and not is_root:
            tint = self.theme.constant
            number = text(f"{node.data:.6g}".replace("-", "−"), tint.ink, "10")
            return table(row(number), tint, padding=2)
        cells = []
        if "data" in self.show:
            known = numeral(node.data, self.precision) if has_data else "?"
            cells.append(known)
        if "grad" in self.show and has_grad is not None:
            cells.append(self.pill(node.grad) if has_grad else self._open_pill())
        least = f"{size[0] - 8:.0f}" if size else ""
        rows = row(self._bar(node, least)) + (row(line(*cells)) if cells else "")
        if mark.note:
            tone = self.theme.tone(mark.tone)
            rows += row(text(markup(mark.note), tone, "10", bold=True))
        tint = self.theme.operation
        return self._framed(rows, tint, is_root, tone=mark.tone, size=size)

    def group(self, group: Group, graph: Graph, is_root: bool) -> str:
        """The box of a group: what it is, how much is in it, and its gradients."""
        head = [text(name_of(group.name), bold=True)]
        if group.title:
            title = markup(shorten(group.title, 40))
            head.append(text(title, self.theme.faint, SMALL))
        numbers = self._numbers(group, graph)
        rows = row(line(*head)) + self._counts(group)
        rows += row(numbers) if numbers else ""
        return self._framed(rows, self.theme.group, is_root, sides=3)

    def pill(self, gradient: float) -> str:
        """A gradient on its colour."""
        tint = self.scale.tint(gradient)
        number = text(f"{self.sign} {signed(gradient, self.precision)}", tint.ink)
        return self.chip(number, tint, self.theme.down_style if gradient < 0 else "")

    def _open_pill(self) -> str:
        tint = self.theme.none
        return self.chip(text(f"{self.sign} ?", tint.ink), tint)

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

    def _bar(self, node: Node, width: str = "") -> str:
        """The head of a box: on the left what it is, on the right its name."""
        wide = {"width": width} if width else {}
        if node.kind == "operation":
            tint = self.theme.chip
            kind = ""
            if "op" in self.show:
                kind = text(markup(shorten(sign(node.op), 16)), size=LARGE, bold=True)
        else:
            shown = kind_shown(node.kind, node.label)
            tint, kind = self._tint(shown), MARKS[shown]
        name = text(markup(node.name), size="10")  # a made-up one is smaller
        if node.label:
            name = text(name_of(node.label), size=LARGE, bold=True)
        cells = f'<td align="left">{text(kind, tint.ink)}</td>' if kind else ""
        if "label" in self.show or not kind:
            cells += f'<td align="right">{text(name, tint.ink)}</td>'
        return table(f"<tr>{cells}</tr>", tint, 0, 2, **wide)

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
            cells = []
            if "data" in self.show:
                cells.append(numeral(graph.data[i], self.precision))
            if "grad" in self.show and self.scale.any:
                cells.append(self.pill(graph.grad[i]))
            return line(*cells) if cells else ""
        cells = []
        if group.kind == "operands" and "data" in self.show:
            cells.append(f"Σ {numeral(group.total, self.precision)}")
        if "grad" in self.show and self.scale.any:
            rms = f"{self.sign} rms {numeral(group.grad_rms, self.precision)}"
            cells.append(text(rms, self.theme.faint))  # no sign, so no colour
        return line(*cells) if cells else ""

    def _framed(
        self,
        rows: str,
        tint: Tint,
        is_root: bool,
        sides: int = 0,
        tone: str = "",
        size: tuple[float, float] | None = None,
    ) -> str:
        if is_root or tone:
            tint = tint._replace(line=self.theme.tone(tone))
        border = 3 if tone else 2 if is_root else 1
        if size:
            width, height = f"{size[0]:.0f}", f"{size[1]:.0f}"
            box = table(rows, tint, border=border, width=width, height=height)
        else:
            box = table(rows, tint, border=border)
        if sides:  # a second line around it: there is more inside
            box = table(row(box), tint, padding=sides)
        return text(box, tint.ink) if tint.ink != self.theme.ink else box


def markup_of_frame(scope: Scope, theme: Theme) -> str:
    """The label of the frame around an open module."""
    name = text(name_of(scope.name), theme.frame.ink, "11", bold=True)
    title = markup(shorten(scope.title, 60))
    return f"{name}  {text(title, theme.faint, SMALL)}" if title else name
