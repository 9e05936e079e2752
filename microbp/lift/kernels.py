"""Elementwise formulas as NumPy calls with their results' arrays bound beforehand.

A row of the operation table is run once on an *expression*, which notes what is done;
then each thing noted becomes one call of a NumPy function that writes into an array of
its own. So the table is the only place where an operation is defined, and a block of
operations allocates nothing while it runs.

Map: `Expression` notes; `Kernel` turns expressions into calls.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from microbp.lift.memory import Array, Memory

UNARY = {
    **{name: getattr(np, name) for name in ("exp", "log", "log1p", "expm1", "sqrt")},
    **{name: getattr(np, name) for name in ("sin", "cos", "tan", "sinh", "cosh")},
    **{"asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "tanh": np.tanh},
    **{"abs": np.absolute, "neg": np.negative},
}
BINARY = {
    **{"add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide},
    **{"pow": np.power, "maximum": np.maximum},
    **{"lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal},
}
COMPARISONS = {"lt", "le", "gt", "ge"}


class Expression:
    """What is done to an operand: an operation and its arguments.

    Equal expressions are the same object, so each is computed once.
    """

    __slots__ = ("arguments", "kernel", "operation")
    is_symbol = True
    __array_ufunc__ = None  # beside a NumPy number the expression has the word

    def __init__(self, kernel: Kernel, operation: str, arguments: tuple[Any, ...]):
        self.kernel, self.operation, self.arguments = kernel, operation, arguments

    def __getattr__(self, name: str) -> Any:
        if name in UNARY or name == "erf":
            return lambda: self.kernel.note(name, self)
        raise AttributeError(name)

    def __abs__(self) -> Any:
        return self.kernel.note("abs", self)

    def __neg__(self) -> Any:
        return self.kernel.note("neg", self)

    def where(self, yes: Any, no: Any) -> Any:
        """This is a comparison: the one where it holds, the other where not."""
        kernel = self.kernel
        if yes is no or (isinstance(yes, float) and yes == no and yes != 0.0):
            return yes
        if self.operation == "le" and self.arguments == (no, yes):
            return kernel.note("maximum", no, yes)
        return kernel.note("where", self, yes, no)


def _two_sided(name: str) -> None:
    setattr(Expression, f"__{name}__", lambda x, y: x.kernel.note(name, x, y))
    if name not in COMPARISONS:
        setattr(Expression, f"__r{name}__", lambda y, x: y.kernel.note(name, x, y))


for _name in BINARY:
    if _name != "maximum":
        _two_sided(_name)


class Kernel:
    """Notes expressions, then makes calls of them.

    Args:
        memory: Gives buffers, and notes calls.
    """

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.noted: dict[Any, Expression] = {}
        self.arrays: dict[int, Any] = {}

    def operand(self, array: Array | float) -> Any:
        """An expression for an array; a float stands for itself."""
        if isinstance(array, float):
            return array
        expression = Expression(self, "operand", ())
        self.arrays[id(expression)] = array
        self.noted[id(expression)] = expression  # keeps its id
        return expression

    def note(self, operation: str, *arguments: Any) -> Any:
        """The expression for an operation, simplified where that changes no number."""
        arguments = tuple(
            [a if isinstance(a, Expression) else float(a) for a in arguments]
        )
        x = arguments[0]
        y = arguments[1] if len(arguments) > 1 else None
        if operation in ("mul", "truediv") and _is(y, 1.0):
            return x
        if operation == "mul":
            if _is(x, 1.0):
                return y
            if _is(x, -1.0):
                return self.note("neg", y)
            if _is(y, -1.0):
                return self.note("neg", x)
        if operation == "pow" and _is(y, 1.0):
            return x
        if operation == "pow" and _is(y, 2.0):
            return self.note("mul", x, x)
        if operation == "pow" and _is(y, -1.0):
            return self.note("truediv", 1.0, x)
        if operation == "neg" and x.operation == "neg":
            return x.arguments[0]
        key = (operation, *[a if isinstance(a, float) else id(a) for a in arguments])
        if key not in self.noted:
            self.noted[key] = Expression(self, operation, arguments)
        return self.noted[key]

    def compute(self, expression: Any, out: Array | None = None) -> Any:
        """Add the calls that compute an expression.

        Args:
            expression: What to compute; a float is the result itself.
            out: Where to; by default where it is, or a new array.

        Returns:
            An array, or a float.
        """
        if isinstance(expression, float):
            if out is None:
                return expression
            self.memory.step(out.fill, expression)
            return out
        known = self.arrays.get(id(expression))
        if known is None:
            known = self._call(expression, out)
            self.arrays[id(expression)] = known
        if out is not None and known is not out:
            self.memory.step(np.copyto, out, known)
            return out
        return known

    def _call(self, expression: Expression, out: Array | None) -> Array:
        operation = expression.operation
        arguments: list[Any] = [self.compute(a) for a in expression.arguments]
        shape = np.broadcast_shapes(*[np.shape(a) for a in arguments])
        if out is not None and out.shape != shape:
            out = None
        if operation in COMPARISONS:
            result = self.memory.buffer(shape, bool)
            self.memory.step(BINARY[operation], *arguments, result)
            return result
        if operation == "where":
            condition, yes, no = arguments
            if _is(yes, 1.0) and _is(no, 0.0):
                return condition  # type: ignore[no-any-return] # NumPy multiplies with it as with 1 and 0
            result = self.memory.buffer(shape) if out is None else out
            self.memory.step(np.copyto, result, no)
            self.memory.step(np.copyto, result, yes, "same_kind", condition)
            return result
        result = self.memory.buffer(shape) if out is None else out
        if operation == "erf":
            self.memory.step(_erf, arguments[0], result)
            return result
        function = UNARY.get(operation) or BINARY[operation]
        if operation == "maximum" and isinstance(arguments[1], float):
            # Several times faster beside an array than beside a number.
            arguments[1] = np.full(shape, arguments[1], self.memory.dtype)
        self.memory.step(function, *arguments, out=result)
        return result


def _is(x: Any, number: float) -> bool:
    return isinstance(x, float) and x == number


_erf_of_each = np.frompyfunc(math.erf, 1, 1)


def _erf(x: Array, out: Array) -> None:
    out[...] = _erf_of_each(x)
