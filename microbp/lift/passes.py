"""Forward and backward as lists of NumPy calls with their arrays bound to them.

For a batch of a given size everything is known: which arrays, which rows of them, which
function. So a pass is a list of calls with nothing left to decide, and running it is
`for step in steps: step()`.

Map: `Pass` is both lists for one size of batch. `memory.py` has the arrays,
`forward.py` and `backward.py` write the lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbp.lift.backward import Backward
from microbp.lift.blocks import Table
from microbp.lift.forward import Forward
from microbp.lift.memory import Memory

if TYPE_CHECKING:
    from microbp.lift.blocks import Blocks
    from microbp.lift.layout import Layout
    from microbp.lift.memory import Array


class Pass:
    """A forward and a backward pass for a batch of one size.

    Args:
        blocks: What is computed.
        layout: Where.
        batch: How many samples.
        column: What is the same for all samples, `(n, 1)`; shared by all passes.
        gradient: Its gradient, `(n, 1)`.
        roots: The results, tables of one row each; the first is the loss.
        n_outputs: How many of them, at the end, are outputs.

    Attributes:
        memory: The arrays.
        inputs: Where a batch is put, `(batch, layout.n_columns)`.
        forward, backward: The calls.
        results: The results, `(batch,)` each, after `forward`.
        outputs: The last of them, `(batch, n_outputs)`, after `forward`.
    """

    def __init__(
        self,
        blocks: Blocks,
        layout: Layout,
        batch: int,
        column: Array,
        gradient: Array,
        roots: list[Table],
        n_outputs: int = 0,
    ) -> None:
        memory = self.memory = Memory(blocks, layout, batch, column, gradient)
        forward = Forward(memory)
        homes = list(enumerate(blocks.blocks, 3))
        for home, block in homes:
            memory.reuse()
            forward.compute(home, block)
        self.results = [
            np.broadcast_to(memory.read(root)[0], (batch,)) for root in roots
        ]
        self.outputs = self._together(memory, roots[len(roots) - n_outputs :], batch)
        self.forward = memory.taken()
        backward = Backward(memory, forward.reads)
        memory.reuse()
        self._start = backward.seed(roots[0])
        self._one = float(self._start[0, 0])
        for home, block in reversed(homes):
            memory.reuse()
            backward.carry(home, block)
        self.backward = backward.first + memory.taken()
        self.inputs = memory.inputs

    def run_forward(self) -> None:
        """Compute the results of what is in `inputs`."""
        for step in self.forward:
            step()

    def run_backward(self) -> None:
        """Compute the gradient of the mean of the first result."""
        self._start.fill(self._one)
        for step in self.backward:
            step()

    def run(self, scale: float = 1.0) -> None:
        """Both, the gradient multiplied by a number."""
        self._start.fill(scale * self._one)
        for step in self.forward:
            step()
        for step in self.backward:
            step()

    def _together(self, memory: Memory, tables: list[Table], batch: int) -> Array:
        """Results as one array, in place if they lie together."""
        homes = {table.home for table in tables}
        if not tables or len(homes) > 1:
            found = [memory.read(table)[0] for table in tables]
            out = np.empty((batch, len(tables)), memory.dtype)
            for column, result in zip(out.T, found, strict=True):
                memory.step(np.copyto, column, result)
            return out
        rows = np.concatenate([table.rows for table in tables])
        found_rows = memory.read(Table(homes.pop(), rows))
        return np.broadcast_to(found_rows, (len(rows), batch)).T
