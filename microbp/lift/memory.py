"""The arrays of a pass, and how steps get at rows of them.

A step is a call with everything bound to it; `Memory.step` notes one down.

Map: `Memory`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import as_strided

from microbp.lift.blocks import CONSTANTS, INPUTS, Table
from microbp.lift.layout import spacing

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray

    from microbp.lift.blocks import Block, Blocks
    from microbp.lift.layout import Layout

    Array = NDArray[Any]
    Step = Callable[[], Any]


class Memory:
    """Arrays for a batch of one size.

    Args:
        blocks: What is computed.
        layout: Where.
        batch: How many samples.
        column: What is the same for all samples, `(n, 1)`; shared by all passes.
        gradient: Its gradient, `(n, 1)`.

    Attributes:
        rows: What varies, `(layout.n_rows, batch)`.
        rows_gradient: Its gradient.
        inputs: Where a batch is put, `(batch, layout.n_columns)`.
        steps: What was noted down.
    """

    def __init__(
        self,
        blocks: Blocks,
        layout: Layout,
        batch: int,
        column: Array,
        gradient: Array,
    ) -> None:
        self.blocks, self.layout, self.batch = blocks, layout, batch
        self.dtype = column.dtype
        self.column, self.column_gradient = column, gradient
        self.rows = np.zeros((layout.n_rows, batch), self.dtype)
        self.rows[layout.ones] = 1.0
        self.rows_gradient = np.zeros_like(self.rows)
        self.inputs = np.ones((batch, layout.n_columns), self.dtype)
        self.steps: list[Step] = []
        self._pool: dict[Any, list[Array]] = {}
        self._used: dict[Any, int] = {}

    def step(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> None:
        """Note a call down."""
        self.steps.append(partial(function, *arguments, **named))

    def taken(self) -> list[Step]:
        """What was noted down; forgotten here."""
        steps, self.steps = self.steps, []
        return steps

    def reuse(self) -> None:
        """Let buffers that were given out be used again: a block is done."""
        self._used.clear()

    def buffer(self, shape: tuple[int, ...], dtype: Any = None) -> Array:
        """An array for use within one block."""
        key = (shape, np.dtype(dtype or self.dtype))
        there = self._pool.setdefault(key, [])
        used = self._used.get(key, 0)
        if used == len(there):
            there.append(np.empty(*key))
        self._used[key] = used + 1
        return there[used]

    def values(self, home: int) -> Array:
        """The array that a home lies in."""
        if home == INPUTS:
            return self.inputs.T
        return self.rows if self.layout.varies(home) else self.column

    def gradients(self, home: int) -> Array | None:
        """The array of its gradient; None where no gradient is wanted."""
        block = self.blocks.block(home)
        if home in (CONSTANTS, INPUTS) or (block is not None and not block.learns):
            return None
        return self.rows_gradient if self.layout.varies(home) else self.column_gradient

    def view(self, array: Array, rows: Any) -> Array | None:
        """These rows, without a copy, `(*rows.shape, columns)`; None if uneven."""
        steps = spacing(rows)
        if steps is None:
            return None
        down, across = array.strides
        shape, strides = (
            (*rows.shape, array.shape[1]),
            (*(s * down for s in steps), across),
        )
        return as_strided(array[int(rows.flat[0]) :], shape, strides)

    def read(self, table: Table) -> Array:
        """The rows of a table, `(*rows.shape, columns)`; gathered anew in each pass."""
        array, rows = self.values(table.home), self.layout.rows(table)
        view = self.view(array, rows)
        if view is not None:
            return view
        if table.home == CONSTANTS:
            return array[rows]
        if table.home == INPUTS:  # lies the other way
            flat = np.empty((self.batch, rows.size), self.dtype)
            self.step(np.take, self.inputs, rows.ravel(), 1, flat, "clip")
            return flat.T.reshape(*rows.shape, self.batch)
        result = np.empty((*rows.shape, array.shape[1]), self.dtype)
        self.step(np.take, array, rows, 0, result, "clip")
        return result

    def own(self, home: int, block: Block, array: Array) -> Array:
        """The rows of a block itself, `(units, columns)`."""
        start = self.layout.start[home]
        return array[start : start + len(block)]

    def matrix(self, x: Array) -> Array:
        """`(k, t, columns)` as a matrix `(k, t * columns)`, copied where need be."""
        flat = x.reshape(len(x), -1)
        if np.may_share_memory(flat, x):
            return flat
        copy = np.empty(x.shape, self.dtype)
        self.step(np.copyto, copy, x)
        return copy.reshape(len(x), -1)

    def multiply(self, x: Array, y: Any, out: Array | None = None) -> Array:
        """A product in a buffer."""
        if not isinstance(y, float):
            y = np.asarray(y, self.dtype)
        shape = np.broadcast_shapes(x.shape, np.shape(y))
        if out is None or out.shape != shape:
            out = self.buffer(shape)
        self.step(np.multiply, x, y, out)
        return out

    def over_samples(self, g: Array) -> Array:
        """The sum over samples, in a buffer with one column."""
        total = self.buffer((*g.shape[:-1], 1))
        self.step(np.add.reduce, g, -1, None, total, True)
        return total
