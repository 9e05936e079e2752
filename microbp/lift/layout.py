"""The fourth pass: where each row lies in memory, and how tables of rows are read.

What is the same for all samples lies in one column: parameters first, in the user's
order, so that an optimizer changes them all at once, then constants, then what is
computed from those. What varies lies in one array, a row for each unit and a column for
each sample. Inputs stay as the user has them, a row for each sample.

A table of rows is read in place wherever they are evenly spaced: as a view with strides
and without a copy. Otherwise the rows are gathered.

Map: `Layout` places homes; `spacing` finds out whether rows are evenly spaced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbp.lift.blocks import CONSTANTS, INPUTS, ONE, PARAMETERS

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from microbp.lift.blocks import Blocks, Table

    Ints = NDArray[np.int_]


class Layout:
    """Where each home lies.

    Args:
        blocks: The blocks.
        n_parameters: How many there are.
        constants: Their numbers, by row.
        n_inputs: How many columns the user's data have.

    Attributes:
        column: The fixed part of what is the same for all samples: zeros for the
            parameters, then constants, then room for blocks.
        n_rows: How many rows vary.
        ones: Rows of ones among those.
        inputs: For each column of the user's data, its column here.
        n_columns: How many there are, with columns of ones between.
    """

    def __init__(
        self, blocks: Blocks, n_parameters: int, constants: Any, n_inputs: int
    ) -> None:
        self.blocks = blocks
        self.start = {PARAMETERS: 0, CONSTANTS: n_parameters, INPUTS: 0}
        fixed = [*([0.0] * n_parameters), *constants]
        self.one = len(fixed)
        fixed.append(1.0)
        self.ones: list[int] = []
        self.n_rows = 0
        for home, block in enumerate(blocks.blocks, 3):
            if block.varies:
                self.start[home] = self.n_rows
                self.n_rows += len(block)
                self.ones += range(self.n_rows, self.n_rows + block.ones)
                self.n_rows += block.ones
            else:
                self.start[home] = len(fixed)
                fixed += [0.0] * len(block) + [1.0] * block.ones
        self.column = np.array(fixed)
        before = np.zeros(n_inputs + 1, int)  # columns of ones before each input
        for i in blocks.biased:
            before[i + 1 :] += 1
        self.inputs = np.arange(n_inputs) + before[:n_inputs]
        self.n_columns = n_inputs + len(blocks.biased)

    def varies(self, home: int) -> bool:
        """Has this home a number for each sample?"""
        block = self.blocks.block(home)
        return home == INPUTS if block is None else block.varies

    def rows(self, table: Table) -> Ints:
        """The table with rows of the array that its home lies in."""
        home, rows = table
        if home == INPUTS:
            last = rows[-2] if len(rows) > 1 else rows[-1]
            one = self.inputs[last] + 1
            return np.where(rows == ONE, one, self.inputs[rows])
        if home in (PARAMETERS, CONSTANTS):
            return np.where(rows == ONE, self.one, rows + self.start[home])
        block = self.blocks.blocks[home - 3]
        behind = np.zeros_like(rows)
        if rows.ndim == 2:
            behind = np.broadcast_to(np.arange(rows.shape[1]), rows.shape)
        one = len(block) + behind
        return self.start[home] + np.where(rows == ONE, one, rows)


def spacing(rows: Ints) -> tuple[int, ...] | None:
    """How far apart rows are along each axis, if they are evenly spaced.

    Example:
        >>> import numpy as np
        >>> from microbp.lift.layout import spacing
        >>> spacing(np.array([[3, 4], [13, 14]])), spacing(np.array([1, 2, 4]))
        ((10, 1), None)
    """
    base = rows[(0,) * rows.ndim]
    even = np.full(rows.shape, base)
    steps = []
    for axis, n in enumerate(rows.shape):
        place = [0] * rows.ndim
        place[axis] = min(1, n - 1)
        step = int(rows[tuple(place)] - base)
        shape = [1] * rows.ndim
        shape[axis] = n
        even = even + step * np.arange(n).reshape(shape)
        steps.append(step)
    return tuple(steps) if (even == rows).all() else None
