"""DOT: a folded graph as text for Graphviz. No program is needed to make it.

Map: `to_dot` is the whole text, `lines` its body, line by line, from `Style`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from microbp.draw.boxes import Look
from microbp.draw.legend import caption
from microbp.draw.numerals import factor
from microbp.draw.quoting import markup, quote, visible
from microbp.draw.theme import Gradients, theme_named
from microbp.draw.tips import edge_tip, group_tip, node_tip
from microbp.errors import ArgumentError, ArgumentTypeError, ChoiceError, GraphTooLargeError
from microbp.graph import Graph, fold
from microbp.graph.modules import kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from microbp.engine.value import Value
    from microbp.graph import Edge, Folded, Frame

DIRECTIONS = ("LR", "RL", "TB", "BT")
MAX_NODES = 150
FONT = "Helvetica,Arial,sans-serif"
