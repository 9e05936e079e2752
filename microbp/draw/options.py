"""The options of a picture, checked where they come in.

Map: `Options` holds them; the functions that draw pass their keywords on to it.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from microbp.draw.theme import theme_named
from microbp.errors import ArgumentError, ArgumentTypeError, ChoiceError
from microbp.graph.paths import Paths
from microbp.text.numerals import checked_precision, numeral, summed
from microbp.text.quoting import shorten, subscript

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from microbp.engine.value import Value
    from microbp.graph import Graph

DIRECTIONS = ("LR", "RL", "TB", "BT")
LAYOUTS = ("flow", "layers")
REPEATS = ("each", "once")
FIELDS = ("label", "op", "data", "grad", "local")
FEW_PATHS = 6  # so many highlighted paths are written out below the picture
MAX_NODES = 150  # boxes; more is no picture but a wallpaper
ARROWS_PER_NODE = 4  # neurons of dense layers are few, their connections are not


class Options:
    """What `draw` can be asked for; see there.

    Raises:
        ChoiceError: `rankdir`, `layout`, `theme`, `repeats` or a field of `show` is not
            on its list.
        ArgumentError: `precision`, `max_nodes` or `operands` is no such count.
        ArgumentTypeError: `title` or `highlight` is something else.
    """

    def __init__(
        self,
        *,
        rankdir: str = "LR",
        precision: int = 4,
        theme: str = "light",
        fold: str | int | None = None,
        open: str | Sequence[str] | None = None,
        highlight: Value | str | None = None,
        before: Any = None,
        show: str | Sequence[str] = FIELDS,
        layout: str = "flow",
        repeats: str = "each",
        max_nodes: int | None = MAX_NODES,
        operands: int = 6,
        legend: bool = True,
        title: str = "",
    ) -> None:
        if rankdir not in DIRECTIONS:
            raise ChoiceError("rankdir", rankdir, DIRECTIONS)
        if layout not in LAYOUTS:
            raise ChoiceError("layout", layout, LAYOUTS)
        if repeats not in REPEATS:
            raise ChoiceError("repeats", repeats, REPEATS)
        theme_named(theme)
        checked_precision(precision)
        _check_count("operands", operands, 1)
        if max_nodes is not None:
            _check_count("max_nodes", max_nodes, 1, ", or None for no limit")
        if not isinstance(title, str):
            raise ArgumentTypeError(
                f"title is a str, not {type(title).__name__} {title!r}"
            )
        self.rankdir, self.precision, self.theme = rankdir, precision, theme
        self.fold, self.open, self.highlight = fold, open, highlight
        self.max_nodes, self.operands = max_nodes, operands
        self.legend, self.title = legend, title
        self.before, self.layout, self.repeats = before, layout, repeats
        self.show = _fields(show)

    def path_nodes(self, graph: Graph) -> set[int]:
        """The nodes on the paths from the highlighted node to the roots."""
        if self.highlight is None:
            return set()
        start = graph.find(self.highlight, "label to highlight")
        path = {start}
        for i in range(start + 1, len(graph)):
            if not path.isdisjoint(graph.parents[i]):
                path.add(i)
        return path

    def path_lines(self, graph: Graph) -> list[str]:
        """What is said of the highlighted paths: each product, and their sum."""
        if self.highlight is None or len(graph.roots) != 1:
            return []
        start, end = graph.find(self.highlight, "label to highlight"), graph.roots[0]
        paths = Paths(graph, start, end)
        names = [subscript(shorten(name)) for name in graph.names]
        whole = f"∂{names[end]}/∂{names[start]}"
        total = numeral(paths.gradient, self.precision)
        if paths.count > FEW_PATHS or start == end:
            return [f"{whole} = {total}, the sum over {paths.count:,} paths"]
        lines, products = [], []
        for hops in paths:
            way = " → ".join(names[hop.user] for hop in reversed(hops))
            factors = [numeral(h.local, self.precision) for h in reversed(hops)]
            products.append(prod(hop.local for hop in hops))
            product = numeral(products[-1], self.precision)
            equals = f" = {product}" if len(hops) > 1 else ""
            lines.append(f"{names[start]} → {way}:  {' × '.join(factors)}{equals}")
        if len(products) > 1:
            lines.append(f"{whole} = {summed(products, self.precision)} = {total}")
        return lines


def _fields(show: Any) -> frozenset[str]:
    if not hasattr(show, "__iter__"):
        raise ArgumentTypeError(
            f"show is a list of fields, not {type(show).__name__} {show!r}: any of "
            f"{', '.join(map(repr, FIELDS))}"
        )
    fields = [show] if isinstance(show, str) else list(show)
    for field in fields:
        if field not in FIELDS:
            raise ChoiceError("field to show", field, FIELDS)
    return frozenset(fields)


def _check_count(what: str, number: object, least: int, note: str = "") -> None:
    whole = isinstance(number, int) and not isinstance(number, bool)
    if not whole or number < least:  # type: ignore[operator]
        raise ArgumentError(
            f"{what} is a whole number from {least} upwards{note}, not {number!r}"
        )
