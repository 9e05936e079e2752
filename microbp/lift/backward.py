"""The backward pass: the chain rule, block by block, in reverse.

- Of a matrix product Y = W·X: dW = dY·Xᵀ and dX = Wᵀ·dY.
- Of a product in a sum: each factor gets dY times the other.
- Of an elementwise block: dY times the local derivative from the row of the operation.

What is used twice receives two contributions, which add up. The first to arrive is
written and the others are added, so nothing has to be set to zero beforehand, except
where the first contribution covers only some of the rows.

Map: `Backward`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from microbp.lift.kernels import Kernel
from microbp.lift.tape import LARGEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from microbp.lift.blocks import Block, Run, Table
    from microbp.lift.memory import Array, Memory, Step

    Produce = Callable[[Array | None], Array]


class Backward:
    """Notes down the steps that carry gradients back.

    Args:
        memory: The arrays, and where steps are noted.
        reads: What each block reads; see `Forward`.

    Attributes:
        first: Steps that come before all others: zeros where the first contribution
            covers only some rows.
    """

    def __init__(self, memory: Memory, reads: dict[int, list[Any]]) -> None:
        self.memory, self.reads = memory, reads
        self.first: list[Step] = []
        self._written = {
            id(array): np.zeros(len(array), bool)
            for array in (memory.rows_gradient, memory.column_gradient)
        }

    def seed(self, loss: Table) -> Array:
        """Begin with dE/dE, for the mean over the batch.

        Returns:
            The number it begins with, `(1, 1)`; scaled, it scales all gradients.
        """
        n = self.memory.values(loss.home).shape[1]
        start = np.full((1, 1), 1.0 / n, self.memory.dtype)

        def produce(out: Array | None) -> Array:
            if out is None:
                return start
            self.memory.step(np.copyto, out, start)
            return out

        self.give(loss.home, self.memory.layout.rows(loss), (1, n), produce)
        return start

    def carry(self, home: int, block: Block) -> None:
        """Note down how a block passes its gradient on to what it reads."""
        array = self.memory.gradients(home)
        if array is None or block.rule is LARGEST:
            return
        if not self.memory.own(home, block, self._written[id(array)]).any():
            return
        g = self.memory.own(home, block, array)
        if block.rule is None:
            for run, factors in self.reads[home]:
                if run.is_product:
                    self._product_back(run, factors, g)
                else:
                    self._terms_back(run, factors, g)
            return
        kernel = Kernel(self.memory)
        slots = [kernel.operand(slot) for slot in self.reads[home]]
        out = kernel.operand(self.memory.own(home, block, self.memory.values(home)))
        upstream = kernel.operand(g)
        with np.errstate(all="ignore"):
            local = block.rule.derivatives(out, *slots)
        for slot, derivative in zip(block.slots, local, strict=True):
            if isinstance(slot, float) or self.memory.gradients(slot.home) is None:
                continue
            if isinstance(derivative, float) and derivative == 0.0:
                continue
            product = kernel.note("mul", upstream, derivative)
            rows = self.memory.layout.rows(slot)
            self.give(slot.home, rows, g.shape, partial(kernel.compute, product))

    def _product_back(self, run: Run, factors: list[Array], g: Array) -> None:
        w, x3 = factors[0][..., 0], factors[1]
        if g.shape[1] > x3.shape[2]:  # the product is the same for all samples
            g = self.memory.over_samples(g)
        if run.coefficient == -1.0:
            g = self.memory.multiply(g, -1.0)
        x, g = x3.reshape(len(x3), -1), g.reshape(len(w), -1)
        tables = run.factors
        if self.memory.gradients(tables[0].home) is not None:
            self.give(
                tables[0].home,
                self.memory.layout.rows(tables[0]),
                (*w.shape, 1),
                partial(self._dot, g, x.T),
            )
        if self.memory.gradients(tables[1].home) is not None:
            self.give(
                tables[1].home,
                self.memory.layout.rows(tables[1]),
                x3.shape,
                partial(self._dot, w.T, g, shape=x3.shape),
            )

    def _dot(self, a: Array, b: Array, out: Array | None, shape: Any = None) -> Array:
        size = (len(a), b.shape[1])
        shape = shape or (*size, 1)
        if out is None or not out.flags.c_contiguous:
            result = self.memory.buffer(size)
            self.memory.step(np.dot, a, b, result)
            if out is None:
                return result.reshape(shape)
            self.memory.step(np.copyto, out, result.reshape(shape))
            return out
        self.memory.step(np.dot, a, b, out.reshape(size))
        return out

    def _terms_back(self, run: Run, factors: list[Array], g: Array) -> None:
        c = run.coefficient if isinstance(run.coefficient, float) else None
        g3 = g[:, None, :]
        squared = len(factors) == 2 and _same(*run.factors)
        for table, other in zip(run.factors, reversed(factors), strict=True):
            if self.memory.gradients(table.home) is None:
                continue
            others = [other] if len(factors) == 2 else []
            number = 1.0 if c is None else c
            number *= 2.0 if squared else 1.0
            if c is None:
                others.append(np.asarray(run.coefficient, self.memory.dtype)[..., None])
            produce = partial(self._times, g3, others, number)
            rows = self.memory.layout.rows(table)
            shape = np.broadcast_shapes(g3.shape, *[x.shape for x in others])
            if not others and len(rows) > 1 and (rows == rows[:1]).all():
                total = self.memory.buffer((1, *g3.shape[1:]))
                self.memory.step(np.add.reduce, g3, 0, None, total, True)
                produce, rows = partial(self._times, total, [], number), rows[:1]
            self.give(table.home, rows, (*rows.shape, shape[2]), produce)
            if squared:
                return

    def _times(
        self, x: Array, others: list[Array], number: float, out: Array | None
    ) -> Array:
        """The product of arrays and a number."""
        if number != 1.0:
            last = out if not others else None
            x = self.memory.multiply(x, number, last)
        for place, other in enumerate(others, 1):
            x = self.memory.multiply(x, other, out if place == len(others) else None)
        if out is not None and x is not out:
            self.memory.step(np.copyto, out, x)
            return out
        return x

    def give(self, home: int, rows: Any, shape: Any, produce: Produce) -> None:
        """Add a contribution to the gradient of rows of a home.

        Args:
            home: Whose.
            rows: Which rows of the array it lies in.
            shape: Of the contribution, `(*rows.shape, columns)`.
            produce: Adds the steps that compute it, into an array if it gets one.
        """
        array = self.memory.gradients(home)
        if array is None:
            return
        unique = len(np.unique(rows)) == rows.size
        whole = shape[-1] == array.shape[1]
        view = self.memory.view(array, rows) if unique else None
        if view is not None and whole and self._is_first(array, rows):
            produce(view)
            return
        x = np.broadcast_to(contribution := produce(None), shape)
        if isinstance(contribution, np.ndarray) and contribution.shape == shape:
            x = contribution
        if not whole:
            x = self.memory.over_samples(x)
        for axis in range(rows.ndim):
            if rows.shape[axis] > 1 and (rows == rows.take([0], axis)).all():
                rows = rows.take([0], axis)
                total = self.memory.buffer((*x.shape[:axis], 1, *x.shape[axis + 1 :]))
                self.memory.step(np.add.reduce, x, axis, None, total, True)
                x = total
        if not unique and len(np.unique(rows)) < rows.size:
            rows, x = self._by_row(rows, x)
        view = self.memory.view(array, rows)
        if view is None:
            first = self._is_first(array, rows)
            self.memory.step(_put if first else _put_more, array, rows, x)
        elif whole and unique:  # `_is_first` was asked above
            self.memory.step(np.add, view, x, view)
        elif self._is_first(array, rows):
            self.memory.step(np.copyto, view, x)
        else:
            self.memory.step(np.add, view, x, view)

    def _by_row(self, rows: Any, x: Array) -> tuple[Any, Array]:
        """Add up what goes to the same row: sorted, then each stretch is one sum."""
        order = np.argsort(rows, axis=None, kind="stable")
        distinct, starts = np.unique(rows.ravel()[order], return_index=True)
        flat = self.memory.buffer((rows.size, x.shape[-1]))
        ordered = self.memory.buffer((rows.size, x.shape[-1]))
        total = self.memory.buffer((len(distinct), x.shape[-1]))
        self.memory.step(np.copyto, flat.reshape(x.shape), x)
        self.memory.step(np.take, flat, order, 0, ordered, "clip")
        self.memory.step(np.add.reduceat, ordered, starts, 0, None, total)
        return distinct, total

    def _is_first(self, array: Array, rows: Any) -> bool:
        """Is this the first contribution to all of these rows?"""
        written = self._written[id(array)]
        there = written[rows]
        written[rows] = True
        if not there.any():
            return True
        if not there.all():
            missing = np.unique(rows[~there])
            self.first.append(partial(_put, array, missing, 0.0))
        return False


def _put(array: Array, rows: Any, x: Any) -> None:
    array[rows] = x


def _put_more(array: Array, rows: Any, x: Array) -> None:
    array[rows] += x


def _same(x: Table, y: Table) -> bool:
    return (
        x.home == y.home
        and x.rows.shape == y.rows.shape
        and bool((x.rows == y.rows).all())
    )
