"""Program: what `lift` makes of a graph, and what users call.

Map: `lift` records and checks; `Program` runs.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from microbp.engine.value import Value, number_of, set_numbers
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    ChoiceError,
    NumberError,
    ShapeError,
)
from microbp.graph import Graph
from microbp.lift.blocks import CONSTANTS, INPUTS, PARAMETERS, Blocks, Table
from microbp.lift.describe import describe, modules
from microbp.lift.layout import Layout
from microbp.lift.passes import Pass
from microbp.lift.tape import Tape
from microbp.lift.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.floating[Any]]

MOST_NUMBERS = 4_000_000  # numbers in the rows of a pass; larger batches are cut up
DTYPES = ("float32", "float64")


def lift(
    loss: Value | Iterable[Value],
    inputs: Iterable[Value],
    parameters: Iterable[Value] | None = None,
    *,
    outputs: Iterable[Value] = (),
    dtype: Any = "float64",
) -> Program:
    """Turn a scalar graph, recorded once, into a program on arrays.

    The graph is that of one sample. In the program the inputs get a row of numbers for
    each sample, and the parameters are shared by all samples.

    Args:
        loss: The result, or several.
        inputs: The leaves that differ from sample to sample, n of them: placeholders,
            or plain leaves, whose numbers then do not matter.
        parameters: The leaves that are shared, and learned; by default every other
            leaf, in topological order. Leaves in neither list become constants.
        outputs: Other Values whose numbers are wanted: `program.outputs`.
        dtype: `"float64"` or `"float32"`, of all arrays.

    Raises:
        ArgumentTypeError: Something is not a Value, or an input is no leaf.
        ArgumentError: A Value is given twice, or is both an input and a parameter, or
            a placeholder of the graph is missing among the inputs.
        ChoiceError: There is no such dtype.

    Example:
        >>> from microbp import Value, lift, placeholder
        >>> x, w = placeholder("x"), Value(3.0, label="w")
        >>> program = lift((w * x - 1.0) ** 2, inputs=[x])
        >>> program([[1.0], [2.0]])
        array([ 4., 25.])
        >>> program.gradient([[1.0], [2.0]])
        (14.5, array([12.]))
    """
    single = isinstance(loss, Value)
    roots = [loss] if isinstance(loss, Value) else _listed(loss, "loss")
    if parameters is not None:
        parameters = _listed(parameters, "parameters")
    return Program(
        roots,
        single,
        _listed(inputs, "inputs"),
        parameters,
        _listed(outputs, "outputs"),
        dtype,
    )


def _listed(values: Any, name: str) -> list[Any]:
    if isinstance(values, (Value, str)) or not hasattr(values, "__iter__"):
        raise ArgumentTypeError(
            f"{name} of lift is a list of Values, not {values!r}: write {name}=[...]"
        )
    return list(getattr(values, "flat", values))  # an array may have any shape


class Program:
    """A scalar graph as array code; made by `lift`.

    Attributes:
        parameters: The parameters, Values.
        weights: Their numbers, `(n_parameters,)`; may be changed in place.
        inputs: The inputs, Values.
        dtype: Of all arrays.
        n_nodes: How many nodes the scalar graph has.
        n_outputs: How many `outputs` were asked for.
        flat_gradient: The gradient of the last backward pass, `(n_parameters,)`; an
            optimizer may overwrite it.
        largest_product: Multiplications of the largest matrix product, a sample.
        outputs: What `lift(outputs=...)` asked for, `(batch, n_outputs)`, of the last
            batch that ran.
    """

    def __init__(
        self,
        roots: list[Value],
        single: bool,
        inputs: list[Value],
        parameters: Iterable[Value] | None,
        outputs: list[Value],
        dtype: Any,
    ) -> None:
        self.dtype = checked_dtype(dtype)
        graph = Graph([*roots, *outputs])
        values = {v: i for v, i in graph.values()}
        _check_leaves(inputs, "input")
        if parameters is None:
            given = set(inputs)
            parameters = [
                v
                for v, i in values.items()
                if graph.kind[i] in ("leaf", "parameter") and v not in given
            ]
        parameters = list(parameters)
        _check_leaves(parameters, "parameter")
        both = set(inputs) & set(parameters)
        if both:
            raise ArgumentError(f"{both.pop()!r} is both an input and a parameter")
        self.inputs, self.parameters = tuple(inputs), tuple(parameters)
        self.n_nodes = len(graph)
        self._single, self._n_roots = single, len(roots)
        self.n_outputs = len(outputs)
        self._build(graph, values)
        self._passes: dict[int, Pass] = {}
        self._last: list[Pass] = []
        self._outputs: list[Array] = []
        self.reload()

    def _build(self, graph: Graph, values: dict[Value, int]) -> None:
        tape = Tape(graph)
        n = len(tape.rules)
        kinds = np.full(n, CONSTANTS)
        rows = np.zeros(n, int)
        for home, leaves in ((INPUTS, self.inputs), (PARAMETERS, self.parameters)):
            for row, leaf in enumerate(leaves):
                if leaf in values:
                    node = tape.number[values[leaf]]
                    kinds[node], rows[node] = home, row
        for v, i in values.items():
            if graph.kind[i] == "placeholder" and kinds[tape.number[i]] != INPUTS:
                raise ArgumentError(
                    f"{v!r} is a placeholder of the graph and none of the inputs: "
                    "add it to inputs=[...]"
                )
        is_constant = _constants(tape, kinds)
        rows[is_constant] = np.arange(is_constant.sum())
        roots = tape.number[list(graph.roots)]
        terms = Terms(tape, is_constant, roots)
        # The dummy node at the end stands for a factor that is not there.
        kinds, rows = np.append(kinds, CONSTANTS), np.append(rows, 0)
        self._blocks = Blocks(tape, terms, kinds, rows)
        self._modules = modules(self._blocks, graph, tape.place)
        constants = tape.data[is_constant].tolist()
        n_parameters, n_inputs = len(self.parameters), len(self.inputs)
        self._layout = Layout(self._blocks, n_parameters, constants, n_inputs)
        blocks = self._blocks
        self._roots = [
            Table(int(blocks.home[r]), blocks.row[[r]]) for r in roots.tolist()
        ]
        self._column = self._layout.column.astype(self.dtype)[:, None]
        self._column_gradient = np.zeros_like(self._column)
        self.weights = self._column[:n_parameters, 0]
        self.flat_gradient = self._column_gradient[:n_parameters, 0]
        self.largest_product = max(
            (run.work for block in blocks.blocks for run in block.runs), default=0
        )

    def __call__(self, X: ArrayLike, *more: ArrayLike) -> Array:
        """The losses of a batch.

        Args:
            X: `(batch, n_inputs)`.
            more: Further columns, if X has not all of them.

        Returns:
            `(batch,)`; `(batch, m)` if `lift` was given a list of m Values.

        Raises:
            ShapeError: X has another shape.
        """
        samples = self._checked(X, *more)
        out = np.empty((len(samples[0]), self._n_roots), self.dtype)
        self._outputs = []
        for part, where in self._parts(samples):
            for column, result in enumerate(part.results[: self._n_roots]):
                out[where, column] = result
            self._keep(part)
        return out[:, 0] if self._single else out

    def gradient(self, X: ArrayLike) -> tuple[float, Array]:
        """The mean loss of a batch and its gradient.

        Args:
            X: `(batch, n_inputs)`.

        Returns:
            The mean, and d mean / d parameter, `(n_parameters,)`, in the order of
            `parameters`.

        Raises:
            ShapeError: X has another shape, or no rows.
            ArgumentError: There are several losses.
        """
        if not self._single:
            raise ArgumentError(
                f"gradient is of one loss, not of {self._n_roots} results: "
                "lift their sum, or each by itself"
            )
        samples = self._checked(X)
        n = len(samples[0])
        if not n:
            raise ShapeError("the mean loss of no rows is undefined: give at least one")
        mean, gradient = 0.0, np.zeros(len(self.parameters))
        self._outputs = []
        for part, where in self._parts(samples):
            share = (where.stop - where.start) / n
            part.run_backward()
            mean += share * float(part.results[0].mean())
            gradient += share * self._column_gradient[: len(gradient), 0]
            self._keep(part)
        return mean, gradient.astype(self.dtype)

    def sync(self) -> None:
        """Write the weights back into the parameters, the Values."""
        set_numbers(self.parameters, self.weights.tolist())

    def reload(self) -> None:
        """Take the weights from the parameters, the Values, as they are now."""
        self.weights[:] = [number_of(p) for p in self.parameters]

    @property
    def outputs(self) -> Array:  # noqa: D102 (in the class docstring)
        return np.concatenate(self._outputs)

    def bound(self, batch: int) -> Pass:
        """The passes for a batch of this size; made once for each size."""
        if batch not in self._passes:
            if len(self._passes) > 4:
                del self._passes[next(iter(self._passes))]
            self._passes[batch] = Pass(
                self._blocks,
                self._layout,
                batch,
                self._column,
                self._column_gradient,
                self._roots,
                self.n_outputs,
            )
        return self._passes[batch]

    def arranged(self, *parts: Array) -> Array:
        """Samples in the columns that a pass reads, with columns of ones between.

        Args:
            parts: `(n, k)` each, side by side `(n, n_inputs)`.

        Returns:
            `(n, columns)`, rows ready to be put into `Pass.inputs`.
        """
        result = np.ones((len(parts[0]), self._layout.n_columns), self.dtype)
        start = 0
        for part in parts:
            columns = self._layout.inputs[start : start + part.shape[1]]
            start += part.shape[1]
            for column, place in _stretches(columns):
                result[:, place] = part[:, column]
        return result

    def _parts(self, samples: list[Array]) -> Any:
        """Run the forward pass over the rows, in parts that fit the memory."""
        per_row = max(1, self._layout.n_rows + self._layout.n_columns)
        most = max(1, MOST_NUMBERS // per_row)
        for start in range(0, len(samples[0]), most):
            where = slice(start, min(start + most, len(samples[0])))
            part = self.bound(where.stop - where.start)
            part.inputs[:] = self.arranged(*[each[where] for each in samples])
            with np.errstate(all="ignore"):
                part.run_forward()
                yield part, where

    def _keep(self, part: Pass) -> None:
        if len(part.results) > self._n_roots:
            self._outputs.append(part.outputs.copy())

    def _checked(self, *parts: ArrayLike) -> list[Array]:
        samples: list[Array] = [_as_array(part, self.dtype) for part in parts]
        shapes = [each.shape for each in samples]
        flat = all(len(shape) == 2 and shape[0] == shapes[0][0] for shape in shapes)
        if not flat or sum(shape[1] for shape in shapes) != len(self.inputs):
            raise ShapeError(
                f"X has a row for each sample and {len(self.inputs)} columns, one for "
                f"each input, not the shape {', '.join(map(str, shapes))}"
            )
        return samples

    def __repr__(self) -> str:
        return (
            f"Program({len(self.inputs)} inputs, {len(self.parameters)} parameters, "
            f"{self.n_nodes} nodes in {len(self._blocks.blocks)} blocks, {self.dtype})"
        )

    def __str__(self) -> str:
        lines = describe(self._blocks, self._layout, self._modules)
        return "\n".join([repr(self), *lines])


def _as_array(x: Any, dtype: Any) -> Any:
    try:
        array = np.asarray(x)
        if array.dtype.kind not in "biufO":
            raise TypeError(array.dtype)
        return array.astype(dtype, copy=False)
    except (TypeError, ValueError) as fault:
        raise NumberError(
            f"X is an array of real numbers, (batch, inputs), and this is none "
            f"({fault}): give rows of one length"
        ) from None


def _stretches(columns: Any) -> list[tuple[slice, slice]]:
    """Columns side by side: (where they are in a part, where they go)."""
    cuts = [0, *(np.flatnonzero(np.diff(columns) != 1) + 1).tolist(), len(columns)]
    return [
        (slice(i, j), slice(int(columns[i]), int(columns[i]) + j - i))
        for i, j in pairwise(cuts)
        if j > i
    ]


def _constants(tape: Tape, kinds: Any) -> Any:
    """Which nodes depend on constants alone: their numbers are known."""
    leaf = np.array([rule is None for rule in tape.rules])
    constant = leaf & (kinds == CONSTANTS)
    known = ~np.isnan(tape.data) | leaf
    user = np.repeat(np.arange(len(leaf)), np.diff(tape.start))
    while True:
        open_operands = np.bincount(user[~constant[tape.operand]], minlength=len(leaf))
        more = constant | (~leaf & (open_operands == 0) & known)
        if (more == constant).all():
            return constant
        constant = more


def checked_dtype(dtype: Any) -> np.dtype[Any]:
    """The dtype of a program.

    Raises:
        ChoiceError: It is neither float32 nor float64.
    """
    name = getattr(dtype, "__name__", None) or str(dtype)
    if name not in DTYPES:
        raise ChoiceError("dtype", dtype, DTYPES)
    return np.dtype(name)


def _check_leaves(values: list[Any], what: str) -> None:
    met = set()
    for v in values:
        if not isinstance(v, Value) or v.parents:
            raise ArgumentTypeError(
                f"each {what} of a program is a Value that nothing computed, not {v!r}"
            )
        if v in met:
            raise ArgumentError(f"{v!r} is given twice among the {what}s")
        met.add(v)
