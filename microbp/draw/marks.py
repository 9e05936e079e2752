"""Marks: what a picture says of some boxes and arrows, besides what all of them say.

Map: `Marks` is given to the writer of a picture; `Mark` is one of them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Mark(NamedTuple):
    """How one box or arrow stands out.

    Attributes:
        note: Words in the box, or beside the arrow instead of its local derivative.
        tone: `"strong"`, `"fault"` or `"good"`, a colour of the theme; `""` for none.
    """

    note: str = ""
    tone: str = ""


class Marks(NamedTuple):
    """Marks for one picture.

    Attributes:
        boxes: By the number of the node.
        arrows: By the number of the node that uses and the place of the operand.
        without_data: Nodes whose number is not shown, as it is not computed yet.
        without_grad: Nodes whose gradient is not shown, as nothing arrived yet.
    """

    boxes: Mapping[int, Mark] = MappingProxyType({})
    arrows: Mapping[tuple[int, int], Mark] = MappingProxyType({})
    without_data: frozenset[int] = frozenset()
    without_grad: frozenset[int] = frozenset()
