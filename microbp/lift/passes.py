"""The last pass: forward and backward as lists of NumPy calls on arrays bound to them.

For a batch of a given size everything is known: which arrays, which rows of them, which
function. So a pass is a list of calls with nothing left to decide, and running it is
`for step in steps: step()`. The chain rule is taken block by block, in reverse:

- of a matrix product Y = W·X: dW = dY·Xᵀ and dX = Wᵀ·dY;
- of a product in a sum: each factor gets dY times the other;
- of an elementwise block: dY times the local derivative from the row of the operation.

What is used twice receives two contributions, which add up. The first to arrive is
written and the others are added, so nothing has to be set to zero beforehand, except
where the first contribution covers only some of the rows.

Map: `Pass` is both lists for one size of batch.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import as_strided

from microbp.lift.blocks import CONSTANTS, INPUTS, PARAMETERS, Table
from microbp.lift.kernels import Kernel
from microbp.lift.layout import spacing
from microbp.lift.tape import LARGEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray

    from microbp.lift.blocks import Block, Blocks, Run
    from microbp.lift.layout import Layout

    Array = NDArray[Any]
    Produce = Callable[[Array | None], Array]


class Pass:
    """A forward and a backward pass for a batch of one size.

    Args:
        blocks: What is computed.
        layout: Where.
        batch: How many samples.
        column: What is the same for all samples, `(n, 1)`; shared by all passes.
        gradient: Its gradient, `(n, 1)`.
        roots: The results, tables of one row each; the first is the loss.

    Attributes:
        inputs: Where a batch is put, `(batch, layout.n_columns)`.
        forward, backward: The calls.
        results: The results, `(batch,)` each, after `forward`.
    """

    def __init__(
        self,
        blocks: Blocks,
        layout: Layout,
        batch: int,
        column: Array,
        gradient: Array,
        roots: list[Table],
    ) -> None:
        self.blocks, self.layout, self.batch = blocks, layout, batch
        self.dtype = column.dtype
        self.column, self.column_gradient = column, gradient
        self.rows = np.zeros((layout.n_rows, batch), self.dtype)
        self.rows[layout.ones] = 1.0
        self.rows_gradient = np.zeros_like(self.rows)
        self.inputs = np.ones((batch, layout.n_columns), self.dtype)
        self._pool: dict[Any, list[Array]] = {}
        self._used: dict[Any, int] = {}
        self._read: dict[int, Any] = {}  # what the runs of the forward pass read
        self.steps: list[Callable[[], Any]] = []
        for home, block in enumerate(blocks.blocks, 3):
            self._used.clear()
            self._forward(home, block)
        self.results = [
            np.broadcast_to(self.read(root)[0], (batch,)) for root in roots
        ]
        self.forward, self.steps = self.steps, []
        self._written = {
            id(array): np.zeros(len(array), bool)
            for array in (self.rows_gradient, self.column_gradient)
        }
        self._unwritten: list[Callable[[], Any]] = []
        self._seed(roots[0])
        for home, block in reversed(list(enumerate(blocks.blocks, 3))):
            self._used.clear()
            if block.learns and self._has_gradient(home, block):
                self._backward(home, block)
        self.backward = self._unwritten + self.steps

    # ---- memory

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
        shape, strides = (*rows.shape, array.shape[1]), (*(s * down for s in steps), across)
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
            self.steps.append(
                partial(np.take, self.inputs, rows.ravel(), 1, flat, "clip")
            )
            return flat.T.reshape(*rows.shape, self.batch)
        result = np.empty((*rows.shape, array.shape[1]), self.dtype)
        self.steps.append(partial(np.take, array, rows, 0, result, "clip"))
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
        self.steps.append(partial(np.copyto, copy, x))
        return copy.reshape(len(x), -1)

    # ---- forward

    def _forward(self, home: int, block: Block) -> None:
        out = self.own(home, block, self.values(home))
        if block.rule is LARGEST:
            self._largest(block, out)
        elif block.rule is not None:
            kernel = Kernel(self.steps, self.dtype, self.buffer)
            slots = [self._slot(slot) for slot in block.slots]
            self._read[home] = slots
            result = block.rule.value(*map(kernel.operand, slots))
            kernel.compute(result, out)
        else:
            self._sum(home, block, out)

    def _slot(self, slot: Table | float) -> Any:
        return np.float64(slot) if isinstance(slot, float) else self.read(slot)

    def _largest(self, block: Block, out: Array) -> None:
        for place, table in enumerate(block.slots):
            x = self.read(table)
            top = self.buffer((len(x), x.shape[2]))
            self.steps.append(partial(np.maximum.reduce, x, 1, None, top))
            if place:
                self.steps.append(partial(np.maximum, out, top, out=out))
            else:
                self.steps.append(partial(np.copyto, out, top))
        finite = self.buffer(out.shape, bool)
        self.steps.append(partial(np.isfinite, out, finite))
        self.steps.append(partial(np.logical_not, finite, finite))
        self.steps.append(partial(np.copyto, out, 0.0, "same_kind", finite))

    def _sum(self, home: int, block: Block, out: Array) -> None:
        reads = self._read[home] = []
        so_far: Array | None = None
        for run in sorted(block.runs, key=lambda run: not run.is_product):
            factors = [self.read(table) for table in run.factors]
            minus = isinstance(run.coefficient, float) and run.coefficient == -1.0
            direct = out if so_far is None and not minus else None
            term = (self._product if run.is_product else self._terms)(
                run, factors, out.shape, direct
            )
            reads.append((run, factors))
            if so_far is not None:
                function = np.subtract if minus else np.add
                self.steps.append(partial(function, so_far, term, out))
                so_far = out
            elif minus:
                self.steps.append(partial(np.negative, term, out))
                so_far = out
            else:
                so_far = term
        if so_far is not out:
            self.steps.append(partial(np.copyto, out, so_far))

    def _product(
        self, run: Run, factors: list[Array], shape: Any, out: Array | None
    ) -> Array:
        """A matrix product, `(units, columns)`."""
        w, x = factors[0][..., 0], self.matrix(factors[1])
        factors[1] = x.reshape(factors[1].shape)
        columns = factors[1].shape[2]
        if out is None or columns != shape[1]:
            out = self.buffer((shape[0], columns))
        self.steps.append(partial(np.dot, w, x, out.reshape(len(w), -1)))
        return out

    def _terms(
        self, run: Run, factors: list[Array], shape: Any, out: Array | None
    ) -> Array:
        """The sum of other terms, `(units, columns)`, without a sign."""
        term, c = factors[0], run.coefficient
        if len(factors) == 2:
            term = self.multiply(factors[0], factors[1])
        if not (isinstance(c, float) and abs(c) == 1.0):
            term = self.multiply(term, c if isinstance(c, float) else c[..., None])
        if term.shape[1] == 1:
            return term[:, 0]
        summed = (len(term), term.shape[2])
        if out is None or summed != out.shape:
            out = self.buffer(summed)
        self.steps.append(partial(np.add.reduce, term, 1, None, out))
        return out

    def multiply(self, x: Array, y: Any, out: Array | None = None) -> Array:
        """A product in a buffer."""
        if not isinstance(y, float):
            y = np.asarray(y, self.dtype)
        shape = np.broadcast_shapes(x.shape, np.shape(y))
        if out is None or out.shape != shape:
            out = self.buffer(shape)
        self.steps.append(partial(np.multiply, x, y, out))
        return out

    # ---- backward

    def _seed(self, loss: Table) -> None:
        """dE/dE, for the mean over the batch."""
        n = self.values(loss.home).shape[1]
        produce = self._constant(1.0 / n)
        self.give(loss.home, self.layout.rows(loss), (1, n), produce)

    def _constant(self, number: float) -> Produce:
        def produce(out: Array | None) -> Array:
            if out is None:
                return np.full((1, 1), number, self.dtype)
            self.steps.append(partial(out.fill, number))
            return out

        return produce

    def _has_gradient(self, home: int, block: Block) -> bool:
        array = self.gradients(home)
        return bool(self.own(home, block, self._written[id(array)]).any())

    def _backward(self, home: int, block: Block) -> None:
        g = self.own(home, block, self.gradients(home))
        if block.rule is LARGEST:
            return
        if block.rule is None:
            for run, factors in self._read[home]:
                if run.is_product:
                    self._product_back(run, factors, g)
                else:
                    self._terms_back(run, factors, g)
            return
        kernel = Kernel(self.steps, self.dtype, self.buffer)
        slots = [kernel.operand(slot) for slot in self._read[home]]
        out = kernel.operand(self.own(home, block, self.values(home)))
        upstream = kernel.operand(g)
        with np.errstate(all="ignore"):
            local = block.rule.derivatives(out, *slots)
        for slot, derivative in zip(block.slots, local, strict=True):
            if isinstance(slot, float) or self.gradients(slot.home) is None:
                continue
            if isinstance(derivative, float) and derivative == 0.0:
                continue
            product = kernel.note("mul", upstream, derivative)
            rows = self.layout.rows(slot)
            self.give(
                slot.home, rows, g.shape, partial(self._compute, kernel, product)
            )

    def _compute(self, kernel: Kernel, product: Any, out: Array | None) -> Array:
        return kernel.compute(product, out)

    def _product_back(self, run: Run, factors: list[Array], g: Array) -> None:
        w, x3 = factors[0][..., 0], factors[1]
        if g.shape[1] > x3.shape[2]:  # the product is the same for all samples
            g = self._over_samples(g)
        if run.coefficient == -1.0:
            g = self.multiply(g, -1.0)
        x, g = x3.reshape(len(x3), -1), g.reshape(len(w), -1)
        tables = run.factors
        if self.gradients(tables[0].home) is not None:
            self.give(
                tables[0].home,
                self.layout.rows(tables[0]),
                (*w.shape, 1),
                partial(self._dot, g, x.T),
            )
        if self.gradients(tables[1].home) is not None:
            self.give(
                tables[1].home,
                self.layout.rows(tables[1]),
                x3.shape,
                partial(self._dot, w.T, g, shape=x3.shape),
            )

    def _dot(self, a: Array, b: Array, out: Array | None, shape: Any = None) -> Array:
        size = (len(a), b.shape[1])
        shape = shape or (*size, 1)
        if out is None or not out.flags.c_contiguous:
            result = self.buffer(size)
            self.steps.append(partial(np.dot, a, b, result))
            if out is None:
                return result.reshape(shape)
            self.steps.append(partial(np.copyto, out, result.reshape(shape)))
            return out
        self.steps.append(partial(np.dot, a, b, out.reshape(size)))
        return out

    def _over_samples(self, g: Array) -> Array:
        total = self.buffer((*g.shape[:-1], 1))
        self.steps.append(partial(np.add.reduce, g, -1, None, total, True))
        return total

    def _terms_back(self, run: Run, factors: list[Array], g: Array) -> None:
        c = run.coefficient if isinstance(run.coefficient, float) else None
        g3 = g[:, None, :]
        squared = len(factors) == 2 and _same(*run.factors)
        for table, other in zip(run.factors, reversed(factors), strict=True):
            if self.gradients(table.home) is None:
                continue
            others = [other] if len(factors) == 2 else []
            number = 1.0 if c is None else c
            number *= 2.0 if squared else 1.0
            if c is None:
                others.append(np.asarray(run.coefficient, self.dtype)[..., None])
            produce = partial(self._times, g3, others, number)
            rows = self.layout.rows(table)
            shape = np.broadcast_shapes(g3.shape, *[x.shape for x in others])
            self.give(table.home, rows, (*rows.shape, shape[2]), produce)
            if squared:
                return

    def _times(
        self, x: Array, others: list[Array], number: float, out: Array | None
    ) -> Array:
        """The product of arrays and a number."""
        if number != 1.0:
            last = out if not others else None
            x = self.multiply(x, number, last)
        for place, other in enumerate(others, 1):
            x = self.multiply(x, other, out if place == len(others) else None)
        if out is not None and x is not out:
            self.steps.append(partial(np.copyto, out, x))
            return out
        return x

    # ---- contributions to gradients

    def give(self, home: int, rows: Any, shape: Any, produce: Produce) -> None:
        """Add a contribution to the gradient of rows of a home.

        Args:
            home: Whose.
            rows: Which rows of the array it lies in.
            shape: Of the contribution, `(*rows.shape, columns)`.
            produce: Adds the steps that compute it, into an array if it gets one.
        """
        array = self.gradients(home)
        if array is None:
            return
        unique = len(np.unique(rows)) == rows.size
        whole = shape[-1] == array.shape[1]
        view = self.view(array, rows) if unique else None
        if view is not None and whole and self._is_first(array, rows):
            produce(view)
            return
        x = np.broadcast_to(contribution := produce(None), shape)
        if isinstance(contribution, np.ndarray) and contribution.shape == shape:
            x = contribution
        if not whole:
            x = self._over_samples(x)
        for axis in range(rows.ndim):
            if rows.shape[axis] > 1 and (rows == rows.take([0], axis)).all():
                rows = rows.take([0], axis)
                total = self.buffer((*x.shape[:axis], 1, *x.shape[axis + 1 :]))
                self.steps.append(partial(np.add.reduce, x, axis, None, total, True))
                x = total
        if not unique and len(np.unique(rows)) < rows.size:
            rows, x = self._by_row(rows, x)
        view = self.view(array, rows)
        if view is None:
            first = self._is_first(array, rows)
            self.steps.append(partial(_put if first else _put_more, array, rows, x))
        elif whole and unique:  # `_is_first` was asked above
            self.steps.append(partial(np.add, view, x, view))
        elif self._is_first(array, rows):
            self.steps.append(partial(np.copyto, view, x))
        else:
            self.steps.append(partial(np.add, view, x, view))

    def _by_row(self, rows: Any, x: Array) -> tuple[Any, Array]:
        """Add up what goes to the same row: sorted, then each stretch is one sum."""
        order = np.argsort(rows, axis=None, kind="stable")
        distinct, starts = np.unique(rows.ravel()[order], return_index=True)
        flat = self.buffer((rows.size, x.shape[-1]))
        ordered = self.buffer((rows.size, x.shape[-1]))
        total = self.buffer((len(distinct), x.shape[-1]))
        self.steps.append(partial(np.copyto, flat.reshape(x.shape), x))
        self.steps.append(partial(np.take, flat, order, 0, ordered, "clip"))
        self.steps.append(partial(np.add.reduceat, ordered, starts, 0, None, total))
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
            self._unwritten.append(partial(_put, array, missing, 0.0))
        return False


def _put(array: Array, rows: Any, x: Any) -> None:
    array[rows] = x


def _put_more(array: Array, rows: Any, x: Array) -> None:
    array[rows] += x


def _same(x: Table, y: Table) -> bool:
    return x.home == y.home and x.rows.shape == y.rows.shape and bool((x.rows == y.rows).all())
