"""The forward pass: each block as a few NumPy calls.

Map: `Forward`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbp.lift.kernels import Kernel
from microbp.lift.tape import LARGEST

if TYPE_CHECKING:
    from typing import Any

    from microbp.lift.blocks import Block, Run, Table
    from microbp.lift.memory import Array, Memory


class Forward:
    """Notes down the steps that compute blocks.

    Args:
        memory: The arrays, and where steps are noted.

    Attributes:
        reads: What each block reads, by home: arrays and numbers for an elementwise
            block, pairs of a run and its factors for sums.
    """

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.reads: dict[int, list[Any]] = {}

    def compute(self, home: int, block: Block) -> None:
        """Note down how a block is computed from what came before it."""
        out = self.memory.own(home, block, self.memory.values(home))
        if block.rule is LARGEST:
            self._largest(block, out)
        elif block.rule is not None:
            kernel = Kernel(self.memory)
            slots = [self._slot(slot) for slot in block.slots]
            self.reads[home] = slots
            with np.errstate(all="ignore"):
                result = block.rule.value(*map(kernel.operand, slots))
            kernel.compute(result, out)
        else:
            self._sum(home, block, out)

    def _slot(self, slot: Table | float) -> Any:
        return np.float64(slot) if isinstance(slot, float) else self.memory.read(slot)

    def _largest(self, block: Block, out: Array) -> None:
        tables: list[Any] = block.slots  # all of them tables, of (n, k) rows each
        for place, table in enumerate(tables):
            x = self.memory.read(table)
            size = (len(x), x.shape[2])
            top = self.memory.buffer(size) if place or size != out.shape else out
            self.memory.step(np.maximum.reduce, x, 1, None, top)
            if place:
                self.memory.step(np.maximum, out, top, out=out)
            elif top is not out:
                self.memory.step(np.copyto, out, top)
        # A shift must be finite; the largest float does as well as 0 for an infinity.
        bound = np.finfo(self.memory.dtype).max
        self.memory.step(np.minimum, out, np.full_like(out, bound), out=out)
        self.memory.step(np.maximum, out, np.full_like(out, -bound), out=out)

    def _sum(self, home: int, block: Block, out: Array) -> None:
        reads = self.reads[home] = []
        so_far: Array | None = None
        for run in sorted(block.runs, key=lambda run: not run.is_product):
            factors = [self.memory.read(table) for table in run.factors]
            minus = isinstance(run.coefficient, float) and run.coefficient == -1.0
            direct = out if so_far is None and not minus else None
            term = (self._product if run.is_product else self._terms)(
                run, factors, out.shape, direct
            )
            reads.append((run, factors))
            if so_far is not None:
                function = np.subtract if minus else np.add
                self.memory.step(function, so_far, term, out)
                so_far = out
            elif minus:
                self.memory.step(np.negative, term, out)
                so_far = out
            else:
                so_far = term
        if so_far is not out:
            self.memory.step(np.copyto, out, so_far)

    def _product(
        self, run: Run, factors: list[Array], shape: Any, out: Array | None
    ) -> Array:
        """A matrix product, `(units, columns)`."""
        w, x = factors[0][..., 0], self.memory.matrix(factors[1])
        factors[1] = x.reshape(factors[1].shape)
        columns = factors[1].shape[2]
        if out is None or columns != shape[1]:
            out = self.memory.buffer((shape[0], columns))
        self.memory.step(np.dot, w, x, out.reshape(len(w), -1))
        return out

    def _terms(
        self, run: Run, factors: list[Array], shape: Any, out: Array | None
    ) -> Array:
        """The sum of other terms, `(units, columns)`, without a sign."""
        term, c = factors[0], run.coefficient
        if len(factors) == 2:
            term = self.memory.multiply(factors[0], factors[1])
        if not (isinstance(c, float) and abs(c) == 1.0):
            term = self.memory.multiply(
                term, c if isinstance(c, float) else c[..., None]
            )
        if term.shape[1] == 1:
            return term[:, 0]
        summed = (len(term), term.shape[2])
        if out is None or summed != out.shape:
            out = self.memory.buffer(summed)
        self.memory.step(np.add.reduce, term, 1, None, out)
        return out
