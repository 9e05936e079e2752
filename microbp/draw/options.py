"""The options of a picture, checked where they come in.

Map: `Options` holds them; the functions that draw pass their keywords on to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.draw.theme import theme_named
from microbp.engine.value import Value
from microbp.errors import ArgumentError, ArgumentTypeError, ChoiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from microbp.graph import Folded, Graph

DIRECTIONS = ("LR", "RL", "TB", "BT")
MAX_NODES = 150  # boxes; more is no picture but a wallpaper
ARROWS_PER_NODE = 4  # neurons of dense layers are few, their connections are not


class Options:
    """What `draw` can be asked for; see there.

    Raises:
        ChoiceError: `rankdir` or `theme` is not on its list.
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
        max_nodes: int | None = MAX_NODES,
        operands: int = 6,
        legend: bool = True,
        title: str = "",
    ) -> None:
        if rankdir not in DIRECTIONS:
            raise ChoiceError("rankdir", rankdir, DIRECTIONS)
        theme_named(theme)
        _check_count("precision", precision, 0)
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

    def path_boxes(self, folded: Folded) -> set[int]:
        """The boxes on the paths from the highlighted node to the roots."""
        if self.highlight is None:
            return set()
        graph = folded.graph
        start = _find(graph, self.highlight)
        path = {start}
        for i in range(start + 1, len(graph)):
            if not path.isdisjoint(graph.parents[i]):
                path.add(i)
        return {folded.box_of[i] for i in path}


def _find(graph: Graph, node: object) -> int:
    if isinstance(node, Value):
        return graph.number(node)
    if not isinstance(node, str):
        raise ArgumentTypeError(
            f"highlight is a Value or its label, not {type(node).__name__} {node!r}"
        )
    if node not in graph.names:
        from difflib import get_close_matches

        near = get_close_matches(node, graph.names, 5, 0.3) or sorted(graph.names)[:5]
        raise ChoiceError("label to highlight", node, near)
    return graph.names.index(node)


def _check_count(what: str, number: object, least: int, note: str = "") -> None:
    whole = isinstance(number, int) and not isinstance(number, bool)
    if not whole or number < least:  # type: ignore[operator]
        raise ArgumentError(
            f"{what} is a whole number from {least} upwards{note}, not {number!r}"
        )
