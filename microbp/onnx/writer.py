"""The blocks of a program as nodes of an ONNX graph.

Map: `Writer`.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from microbp import __version__
from microbp.errors import ArgumentError
from microbp.lift.blocks import INPUTS, ONE, Table
from microbp.lift.forward import Forward
from microbp.lift.memory import Memory
from microbp.lift.tape import LARGEST
from microbp.onnx.formulas import Formula

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from microbp.lift.blocks import Block, Run
    from microbp.lift.program import Program
    from microbp.lift.tape import Rule

OPSET, IR_VERSION = 18, 8  # of December 2022: what older runtimes read as well


class Writer:
    """Blocks as nodes of an ONNX graph.

    What varies is a tensor `(batch, rows)`, what does not is a constant `(rows,)`.

    Args:
        program: The program; the private names of it that are read stand here alone.
        dtype: Of all tensors.
        package: onnx.
    """

    def __init__(self, program: Program, dtype: Any, package: Any) -> None:
        self.program, self.dtype, self.onnx = program, dtype, package
        self.blocks, self.layout = program._blocks, program._layout
        self.modules = program._modules
        self.roots, self.single = program._roots, program._single
        column = program._column.copy()
        self.memory = Memory(self.blocks, self.layout, 1, column, column)
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []
        self.names: dict[Any, str] = {}  # of constants, and of rows that were read
        self.count: Counter[str] = Counter()
        self.homes = {INPUTS: ("input", len(program.inputs))}
        self.wide = {"input"}  # tensors with a row for each sample
        self.module = ""

    def model(self) -> Any:
        """The whole, an `onnx.ModelProto`.

        Raises:
            ArgumentError: There is no result, or a formula cannot be taken apart.
        """
        n = len(self.roots) - self.program.n_outputs
        if not n:
            raise ArgumentError(
                "the program has outputs and no result: give lift a Value or more"
            )
        forward = Forward(self.memory)
        for home, block in enumerate(self.blocks.blocks, 3):
            self.module = self.modules[home - 3]
            try:
                self._block(home, block, forward)
            except (AttributeError, TypeError, ValueError) as fault:
                if block.rule is None:
                    raise
                raise ArgumentError(
                    f"{block.rule.name!r} cannot be exported, because its formula "
                    f"takes numbers alone ({fault}): write it in + - * / ** and the "
                    "functions of microbp.engine.functional, such as exp and where"
                ) from fault
        self.module = ""
        results = [self._result("output", self.roots[:n], self.single)]
        if self.program.n_outputs:
            results.append(self._result("outputs", self.roots[n:], False))
        helper = self.onnx.helper
        inputs = [self._info("input", ["batch", len(self.program.inputs)])]
        graph = helper.make_graph(self.nodes, "microbp", inputs, results, self.tensors)
        return helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="microbp",
            producer_version=__version__,
        )

    def node(
        self, operator: str, *inputs: str, name: str = "", **attributes: Any
    ) -> str:
        """Add a node, and return the name of what it computes."""
        name = name or self._name(operator)
        self.nodes.append(
            self.onnx.helper.make_node(operator, inputs, [name], name, **attributes)
        )
        if not self.wide.isdisjoint(inputs):
            self.wide.add(name)
        return name

    def constant(self, numbers: Any, dtype: Any = None, name: str = "constant") -> str:
        """The name of a constant tensor; equal ones are the same."""
        with np.errstate(over="ignore"):
            array = np.asarray(numbers, dtype or self.dtype)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self.names:
            self.names[key] = self._name(name)
            tensor = self.onnx.numpy_helper.from_array(array, self.names[key])
            self.tensors.append(tensor)
        return self.names[key]

    def _name(self, what: str) -> str:
        name = f"{self.module}/{what}".lstrip("/")
        self.count[name] += 1
        return name if self.count[name] == 1 else f"{name} {self.count[name]}"

    def _info(self, name: str, shape: list[Any]) -> Any:
        helper = self.onnx.helper
        kind = helper.np_dtype_to_tensor_dtype(self.dtype)
        return helper.make_tensor_value_info(name, kind, shape)

    def _numbers(self, table: Table) -> NDArray[Any]:
        """What does not vary: the numbers in these rows."""
        return np.asarray(self.memory.column[self.layout.rows(table), 0])

    def _read(self, table: Table) -> str:
        """The tensor with these rows, `(batch, *rows.shape)`, or without a batch."""
        if not self.layout.varies(table.home):
            return self.constant(self._numbers(table))
        rows = table.rows
        name, n = self.homes[table.home]
        if rows.shape == (n,) and (rows == np.arange(n)).all():
            return name
        key = (table.home, rows.shape, rows.tobytes())
        if key not in self.names:
            places = self.constant(rows, np.int64, "rows")
            self.names[key] = self.node("Gather", name, places, axis=-1)
        return self.names[key]

    def _spread(self, name: str, n: int) -> str:
        """The tensor with a row for each sample, `(batch, n)`."""
        if name in self.wide:
            return name
        batch = self.node("Shape", "input", start=0, end=1)
        shape = self.node("Concat", batch, self.constant([n], np.int64), axis=0)
        return self.node("Expand", name, shape)

    def _block(self, home: int, block: Block, forward: Forward) -> None:
        if not block.varies:
            forward.compute(home, block)
            with np.errstate(all="ignore"):
                for step in self.memory.taken():
                    step()
            return
        if block.rule is LARGEST:
            name = self._largest(block)
        elif block.rule is not None:
            name = self._elementwise(block.rule, block.slots)
        else:
            name = self._sum(block)
        self.homes[home] = (self._spread(name, len(block)), len(block))

    def _elementwise(self, rule: Rule, slots: list[Table | float]) -> str:
        formula = Formula(self)
        operands = [
            np.float64(slot) if isinstance(slot, float) else self._read(slot)
            for slot in slots
        ]
        with np.errstate(all="ignore"):
            return formula.compute(rule.value(*map(formula.operand, operands)))

    def _largest(self, block: Block) -> str:
        tables: list[Any] = block.slots
        last = self.constant([-1], np.int64)
        tops = [self.node("ReduceMax", self._read(t), last, keepdims=0) for t in tables]
        top = self.node("Max", *tops) if len(tops) > 1 else tops[0]
        bound = float(np.finfo(self.dtype).max)  # a shift must be finite
        return self.node("Clip", top, self.constant(-bound), self.constant(bound))

    def _sum(self, block: Block) -> str:
        so_far = ""
        for run in sorted(block.runs, key=lambda run: not run.is_product):
            minus = isinstance(run.coefficient, float) and run.coefficient == -1.0
            term = self._product(run) if run.is_product else self._terms(run)
            if so_far:
                so_far = self.node("Sub" if minus else "Add", so_far, term)
            else:
                so_far = self.node("Neg", term) if minus else term
        return so_far

    def _product(self, run: Run) -> str:
        """A matrix product, `(batch, n * t)`, without a sign."""
        (w, x), c = run.factors, self.constant
        (n, k), t = w.rows.shape, x.rows.shape[1]
        weights = self._numbers(w)
        if not self.layout.varies(x.home):
            return c((weights @ self._numbers(x)).ravel())
        biased = bool((x.rows[-1] == ONE).all())
        weights, bias = weights[:, : k - biased], weights[:, k - biased :]
        x = Table(x.home, x.rows[: k - biased])
        if t == 1:
            row = self._read(Table(x.home, x.rows[:, 0]))
            others = [c(bias[:, 0], name="bias")] if biased else []
            return self.node("Gemm", row, c(weights, name="weights"), *others, transB=1)
        out = self.node("MatMul", c(weights, name="weights"), self._read(x))
        if biased:
            out = self.node("Add", out, c(bias, name="bias"))
        return self.node("Reshape", out, c([0, n * t], np.int64))

    def _terms(self, run: Run) -> str:
        """The sum of other terms, `(batch, units)`, without a sign."""
        many, c = run.factors[0].rows.shape[1] > 1, run.coefficient
        tables = [Table(t.home, t.rows if many else t.rows[:, 0]) for t in run.factors]
        term = self._read(tables[0])
        if len(tables) == 2:
            term = self.node("Mul", term, self._read(tables[1]))
        if not isinstance(c, float):
            term = self.node("Mul", term, self.constant(c if many else c[:, 0]))
        elif abs(c) != 1.0:
            term = self.node("Mul", term, self.constant(c))
        if many:
            last = self.constant([-1], np.int64)
            term = self.node("ReduceSum", term, last, keepdims=0)
        return term

    def _result(self, name: str, roots: list[Table], single: bool) -> Any:
        """Add the node that computes a result, and describe it."""
        parts = []
        for home, tables in groupby(roots, key=lambda root: root.home):
            rows = np.concatenate([table.rows for table in tables])
            parts.append(self._spread(self._read(Table(home, rows)), len(rows)))
        out = self.node("Concat", *parts, axis=-1) if len(parts) > 1 else parts[0]
        if single:
            self.node("Squeeze", out, self.constant([-1], np.int64), name=name)
            return self._info(name, ["batch"])
        self.node("Identity", out, name=name)
        return self._info(name, ["batch", len(roots)])
