"""Formulas: rows of the operation table, run once on symbols, that note what is done.

`tanh`'s row says that its derivative is `1.0 - out * out`. Run on numbers that is a
number; run on the symbol `v3` it is the formula 1 − v3·v3, which can be printed. So the
text of a derivative cannot differ from what the engine computes.

Map: `Symbol` is a formula. `value_of` and `derivatives_of` make formulas of a row;
`decide` takes the branches that hold for given numbers.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from microbp.engine import functional

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from microbp.engine.operations import Operation

    Formula = Any  # a Symbol or a float

FUNCTIONS: dict[str, Callable[[float], float]] = {
    name: getattr(functional, name)
    for name in (
        *("exp", "log", "log1p", "expm1", "sqrt", "sin", "cos", "tan"),
        *("asin", "acos", "atan", "sinh", "cosh", "tanh", "erf"),
    )
}
TWO_SIDED: dict[str, Callable[..., Any]] = {
    "add": lambda *terms: functional.total(terms),  # of any number
    "sub": operator.sub,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "pow": functional.power,
}
COMPARISONS: dict[str, Callable[..., Any]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
OPERATORS: dict[str, Callable[..., Any]] = {
    **FUNCTIONS,
    **TWO_SIDED,
    **COMPARISONS,
    "neg": operator.neg,
    "abs": abs,
    "where": functional.where,
    "largest": lambda *terms: functional.largest(terms),
}


class Symbol:
    """A formula: an operation with its arguments, or a name.

    Arithmetic with it makes longer formulas, simplified only where no bit changes:
    1·x is x, and x^1 is x. A sum of many is one formula, not a tower of sums.

    Attributes:
        operation: `"name"`, or a key of `OPERATORS`.
        arguments: Symbols and floats; the name itself for a name.

    Example:
        >>> from microbp.text.symbols import Symbol
        >>> v = Symbol("name", ("v",))
        >>> 1.0 - v * v
        sub(1.0, mul(v, v))
    """

    __slots__ = ("arguments", "operation")
    is_symbol = True
    __array_ufunc__ = None  # beside a NumPy number the symbol has the word

    def __init__(self, operation: str, arguments: tuple[Any, ...]) -> None:
        self.operation, self.arguments = operation, arguments

    def __getattr__(self, name: str) -> Any:
        if name in FUNCTIONS:
            return lambda: Symbol(name, (self,))
        raise AttributeError(name)

    def __abs__(self) -> Symbol:
        return Symbol("abs", (self,))

    def __neg__(self) -> Symbol:
        return Symbol("neg", (self,))

    def where(self, yes: Formula, no: Formula) -> Symbol:
        """This is a comparison: `yes` where it holds, else `no`."""
        return Symbol("where", (self, yes, no))

    def largest(self, terms: Sequence[Formula]) -> Symbol:
        """The largest of the terms, or 0 where that is infinite."""
        return Symbol("largest", tuple(terms))

    def __repr__(self) -> str:
        if self.operation == "name":
            return str(self.arguments[0])
        return f"{self.operation}({', '.join(map(repr, self.arguments))})"


def _combined(operation: str, x: Formula, y: Formula) -> Formula:
    if operation == "add" and isinstance(x, Symbol) and x.operation == "add":
        return Symbol("add", (*x.arguments, y))  # from the left, as it is computed
    if operation == "mul" and _is_one(x):
        return y
    if operation in ("mul", "truediv", "pow") and _is_one(y):
        return x
    return Symbol(operation, (x, y))


def _is_one(x: Formula) -> bool:
    return isinstance(x, float) and x == 1.0


def _two_sided(name: str) -> None:
    setattr(Symbol, f"__{name}__", lambda x, y: _combined(name, x, y))
    if name in TWO_SIDED:
        setattr(Symbol, f"__r{name}__", lambda y, x: _combined(name, x, y))


for _name in (*TWO_SIDED, *COMPARISONS):
    _two_sided(_name)


def symbol(name: str) -> Symbol:
    """The symbol with this name."""
    return Symbol("name", (name,))


def value_of(row: Operation, operands: Sequence[Formula]) -> Formula:
    """The formula of an operation's value.

    Args:
        row: The operation.
        operands: Symbols, or floats for constants.
    """
    return row.value(*operands)


def derivatives_of(
    row: Operation, out: Formula, operands: Sequence[Formula]
) -> tuple[Formula, ...]:
    """The formulas of an operation's local derivatives.

    Args:
        row: The operation.
        out: The symbol of its result.
        operands: Symbols, or floats for constants.

    Example:
        >>> from microbp.engine.operations import OPERATIONS
        >>> derivatives_of(OPERATIONS["tanh"], symbol("v"), [symbol("x")])
        (sub(1.0, mul(v, v)),)
    """
    return row.derivatives(out, *operands)


def compute(formula: Formula, numbers: Mapping[str, float]) -> Any:
    """What a formula comes to.

    Args:
        formula: The formula.
        numbers: A number for each name.

    Raises:
        ArithmeticError, ValueError: It is outside the domain of a function.
    """
    if not isinstance(formula, Symbol):
        return formula
    if formula.operation == "name":
        return numbers[formula.arguments[0]]
    if formula.operation == "where":  # only the branch that is taken
        condition, yes, no = formula.arguments
        return compute(yes if compute(condition, numbers) else no, numbers)
    arguments = [compute(each, numbers) for each in formula.arguments]
    return OPERATORS[formula.operation](*arguments)


def decide(formula: Formula, numbers: Mapping[str, float]) -> Formula:
    """The formula without choices: those branches are taken that the numbers choose.

    Example:
        >>> from microbp.engine.operations import OPERATIONS
        >>> (slope,) = derivatives_of(OPERATIONS["relu"], symbol("v"), [symbol("x")])
        >>> slope, decide(slope, {"x": 3.0})
        (where(gt(x, 0), 1.0, 0.0), 1.0)
    """
    if not isinstance(formula, Symbol) or formula.operation == "name":
        return formula
    if formula.operation == "where":
        condition, yes, no = formula.arguments
        return decide(yes if compute(condition, numbers) else no, numbers)
    arguments = [decide(each, numbers) for each in formula.arguments]
    if formula.operation in TWO_SIDED and len(arguments) == 2:
        return _combined(formula.operation, *arguments)
    return Symbol(formula.operation, tuple(arguments))
