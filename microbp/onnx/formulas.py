"""Formulas of the operation table as nodes of ONNX.

A row is run once on an *expression*, which notes what is done, and each thing noted
becomes a node. ONNX has no log1p and expm1, and onnxruntime has tan, asin, acos, atan,
sinh, cosh and erf in single precision only. These are composed of others, to within a
few units of the last digit, in the functions that the table itself is written in.

Map: `Formula`; `COMPOSED` has what is composed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from microbp.engine.functional import atan, cos, exp, expm1, log, sin, sqrt, where
from microbp.lift.kernels import Expression, Kernel

if TYPE_CHECKING:
    from typing import Any

    from microbp.onnx.writer import Writer

HALF_PI = math.pi / 2


def _log1p(x: Any) -> Any:
    """What 1 + x loses of x is lost in both factors, and cancels.

    W. Kahan's trick; D. Goldberg, What every computer scientist should know about
    floating-point arithmetic, 1991, theorem 4.
    """
    near = 1.0 + x
    kept = near - 1.0
    small = where(abs(kept) > 0.0, log(near) * (x / kept), x)
    return where(x > 1.0, log(near), small)


def _expm1(x: Any) -> Any:
    """The same the other way round.

    N. J. Higham, Accuracy and stability of numerical algorithms, 2002, section 1.14.1.
    """
    near = exp(x)
    kept = near - 1.0
    small = where(abs(kept) > 0.0, kept * (x / log(near)), x)
    return where(abs(x) > 1.0, kept, small)


def _sinh(x: Any) -> Any:
    up, down, e = exp(0.5 * x), exp(-0.5 * x), expm1(x)  # exp(x) may overflow before
    large = (0.5 * up) * up - (0.5 * down) * down
    return where(abs(x) > 1.0, large, 0.5 * (e + e / (e + 1.0)))


def _cosh(x: Any) -> Any:
    up, down = exp(0.5 * x), exp(-0.5 * x)
    return (0.5 * up) * up + (0.5 * down) * down


def _atan(x: Any) -> Any:
    """A guess for |x| <= 1 that is wrong by 0.005, and the angle that is left.

    tan(a - b) = (tan a - tan b) / (1 + tan a · tan b), with a = atan(z) and b = guess;
    of a small angle three terms of the series are enough.
    """
    z = where(abs(x) > 1.0, 1.0 / x, x)
    guess = z / (1.0 + 0.28 * z * z)
    s, c = sin(guess), cos(guess)
    t = (z * c - s) / (c + z * s)
    angle = guess + t * (1.0 - t * t * (1.0 / 3.0 - t * t / 5.0))
    return where(x > 1.0, HALF_PI - angle, where(x < -1.0, -HALF_PI - angle, angle))


# What ONNX does not have at all, then what onnxruntime has in single precision only.
LACKING = {"log1p": _log1p, "expm1": _expm1}
COMPOSED = {
    **LACKING,
    "tan": lambda x: sin(x) / cos(x),
    "asin": lambda x: atan(x / sqrt((1.0 - x) * (1.0 + x))),
    "acos": lambda x: 2.0 * atan(sqrt((1.0 - x) / (1.0 + x))),
    "atan": _atan,
    "sinh": _sinh,
    "cosh": _cosh,
}
OPERATORS = {
    **{name: name.capitalize() for name in ("exp", "log", "sqrt", "abs", "neg")},
    **{name: name.capitalize() for name in ("sin", "cos", "tan", "asin", "acos")},
    **{name: name.capitalize() for name in ("atan", "sinh", "cosh", "tanh", "erf")},
    **{"add": "Add", "sub": "Sub", "mul": "Mul", "truediv": "Div", "pow": "Pow"},
    **{"lt": "Less", "le": "LessOrEqual", "gt": "Greater", "ge": "GreaterOrEqual"},
    **{"maximum": "Max", "where": "Where"},
}


class Formula(Kernel):
    """Notes a formula as `lift` does, then makes nodes of it.

    Args:
        writer: Where the nodes go.
    """

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.noted, self.arrays = {}, {}
        self.composed = COMPOSED if writer.dtype == np.float64 else LACKING

    def operand(self, array: Any) -> Any:
        """An expression for the name of a tensor; a float stands for itself."""
        return super().operand(array)

    def note(self, operation: str, *arguments: Any) -> Any:
        """The expression for an operation, or for what it is composed of."""
        if operation in self.composed:
            return self.composed[operation](*arguments)
        return super().note(operation, *arguments)

    def compute(self, expression: Any, out: Any = None) -> str:
        """The name of the tensor that has the result of an expression."""
        if not isinstance(expression, Expression):
            return self.writer.constant(float(expression))
        if id(expression) not in self.arrays:
            self.arrays[id(expression)] = self._nodes(expression)
        return str(self.arrays[id(expression)])

    def _nodes(self, expression: Expression) -> str:
        operation, arguments = expression.operation, expression.arguments
        if operation == "maximum" and arguments[1] == 0.0:
            return self.writer.node("Relu", self.compute(arguments[0]))
        names = [self.compute(argument) for argument in arguments]
        if operation == "erf" and self.writer.dtype == np.float64:
            return self._erf(names[0])
        return self.writer.node(OPERATORS[operation], *names)

    def _erf(self, x: str) -> str:
        """2/√π · x · ∫ exp(-x²t²) dt from 0 to 1, by Gauss and Legendre's 56 points.

        The integrand is even, so half of them do. Beyond 6 the result is 1.
        """
        node, constant = self.writer.node, self.writer.constant
        points, weights = np.polynomial.legendre.leggauss(56)
        points, weights = points[28:], weights[28:] * 2.0 / math.sqrt(math.pi)
        x = node("Max", node("Min", x, constant(6.0)), constant(-6.0))
        square = node("Unsqueeze", node("Mul", x, x), constant([-1], np.int64))
        integrand = node("Exp", node("Mul", square, constant(-(points**2))))
        return node("Mul", x, node("MatMul", integrand, constant(weights)))
