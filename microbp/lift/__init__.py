"""Lifting: a scalar graph, recorded once, becomes a program on arrays.

`lift` finds the matrix products, elementwise blocks and sums in the graph of one
sample, and runs them over a batch. See README.md here for the passes.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

from microbp.lift.program import Program, lift

if TYPE_CHECKING:
    from typing import Any

__all__ = ["Program", "lift"]


class _CallableModule(ModuleType):
    """The room and its main function have one name, so the room can be called too."""

    def __call__(self, *args: Any, **options: Any) -> Program:
        return lift(*args, **options)


sys.modules[__name__].__class__ = _CallableModule
