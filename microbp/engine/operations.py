"""The one table of operations: a row each, and everything else reads the row.

A row says what an operation is called, how it is written, what its value is, what its
local derivatives are, and what was decided where mathematics leaves a choice. The
scalar engine and arrays evaluate the same two functions, because those are written in
`functional`, which follows the kind of its arguments.

To add an operation, add a row here. Nothing else needs to change: `v.name()` and
`microbp.name(v)` exist at once, and the property tests cover it. (If it is none of
functions in `functional`, nor made of them, that needs a line as well.)

Outside its domain an operation gives what NumPy gives, an infinity or `nan`, and never
an exception: `log(0)` is -inf, `0 ** -1` is inf, `(-8) ** (1/3)` is nan. Floating-point
arithmetic (IEEE 754) is closed, and a training run that meets one bad number should
show it, not stop; arrays behave the same way.

Map: `OPERATIONS` is the table by name, `Operation` is a row.
"""

from __future__ import annotations

from microbp.engine.functional import (
    acos,
    asin,
    atan,
    cos,
    cosh,
    erf,
    exp,
    expm1,
    largest,
    log,
    log1p,
    power,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    total,
    where,
)
from microbp.errors import ArgumentError, ShapeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

NAN = float("nan")
SQRT_2 = sqrt(2.0)
TWO_OVER_SQRT_PI = 1.1283791670955126  # erf'(0)
ONE_OVER_SQRT_2_PI = 0.3989422804014327  # the normal density at 0

OPERATIONS: dict[str, Operation] = {}
BY_CODE: dict[int, Operation] = {}  # a node stores its operation as a small number
FIRST_CODE = 8  # smaller codes are for leaves and for nodes built outside


class Operation:
    """One row: name, notation, value, local derivatives, convention.

    Attributes:
        name: What `Value.op` says.
        notation: How it is written; `{0}` and `{1}` are the operands, `{}` all of them.
        value: The operands, floats or arrays or Values, to the result.
        derivatives: The result and the operands to a tuple, d result / d operand each.
        note: The convention at kinks, ties and edges.
        defaults: Values of the last operands when they are left out.
        variadic: Does it take any number of operands, as `sum` does?
        arity: How many operands it takes, if it is not variadic.
        is_function: Is it written `name(x)`, and a method and function of that name?
        code: Its key in `BY_CODE`.

    Example:
        >>> from microbp.engine.operations import OPERATIONS
        >>> tanh = OPERATIONS["tanh"]
        >>> tanh.evaluate((0.0,))
        (0.0, (1.0,))
        >>> OPERATIONS["log"].evaluate((0.0,))
        (-inf, (inf,))
    """

    def __init__(
        self,
        name: str,
        notation: str,
        value: Callable[..., Any],
        derivatives: Callable[..., tuple[Any, ...]],
        note: str = "",
        defaults: tuple[float, ...] = (),
        variadic: bool = False,
    ) -> None:
        self.name, self.notation, self.note = name, notation, note
        self.value, self.derivatives = value, derivatives
        self.defaults, self.variadic = defaults, variadic
        self.arity = sum(f"{{{place}}}" in notation for place in range(9))
        if name in OPERATIONS:
            raise ArgumentError(
                f"there is an operation {name!r} already, {OPERATIONS[name]!r}: "
                "choose another name"
            )
        self.is_function = name.isidentifier() and not variadic
        self.code = FIRST_CODE + len(BY_CODE)
        OPERATIONS[name] = BY_CODE[self.code] = self

    def __repr__(self) -> str:
        return f"Operation({self.name!r}, {self.written!r})"

    @property
    def written(self) -> str:
        """The notation with names for the operands, such as `"tanh(x)"`."""
        return self.notation.format("x" if self.arity else "x1, x2, ...", "y", "z")

    def completed(self, operands: tuple[Any, ...]) -> tuple[Any, ...]:
        """The operands, with defaults for the last ones where they are left out.

        Raises:
            ShapeError: There are too few, or too many.
        """
        if self.variadic or len(operands) == self.arity:
            return operands
        lacking = self.arity - len(operands)
        if 0 < lacking <= len(self.defaults):
            return operands + self.defaults[-lacking:]
        raise ShapeError(
            f"{self.name} takes {self.arity} operand{'s' * (self.arity != 1)}, "
            f"{self.written}, not {len(operands)}"
        )

    def evaluate(self, x: tuple[float, ...]) -> tuple[float, tuple[float, ...]]:
        """The value and the local derivatives at a point.

        Args:
            x: One float for each operand.

        Returns:
            The value, and a tuple with one local derivative for each operand.
        """
        try:
            out = self.value(*x)
        except (ArithmeticError, ValueError):  # outside the domain: as NumPy does
            out = _in_numpy(self.value, x)[0]
        try:
            local_grads = self.derivatives(out, *x)
        except (ArithmeticError, ValueError):
            local_grads = _in_numpy(self.derivatives, (out, *x))
        return out, local_grads


def _in_numpy(function: Callable[..., Any], x: Sequence[float]) -> tuple[float, ...]:
    import numpy as np

    with np.errstate(all="ignore"):
        result = function(*map(np.float64, x))
    return tuple(map(float, result if isinstance(result, tuple) else (result,)))


def sign(x: Any) -> Any:
    """-1, 0 or 1."""
    return where(x > 0, 1.0, where(x < 0, -1.0, 0.0))


def share(x: Any, y: Any) -> Any:
    """1 where x is above y, 0 below, and one half each in a tie."""
    return where(x > y, 1.0, where(x < y, 0.0, 0.5))


def larger(x: Any, y: Any) -> Any:
    """The larger of two; nan if one is."""
    return where(x >= y, x, where(x < y, y, x + y))


def smaller(x: Any, y: Any) -> Any:
    """The smaller of two; nan if one is."""
    return where(x <= y, x, where(x > y, y, x + y))


def within(bound: Any, x: Any) -> Any:
    """1 where x has not passed the bound, 0 where it has."""
    return where(x > bound, 0.0, 1.0)


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), written so that the exponential cannot overflow."""
    e = exp(-abs(x))
    return where(x >= 0, 1.0, e) / (1.0 + e)


def normal_cdf(x: Any) -> Any:
    """The share of a standard normal distribution that lies below x."""
    return 0.5 * (1.0 + erf(x / SQRT_2))


def logsumexp(*x: Any) -> Any:
    """log(exp(x1) + ... + exp(xn)), shifted by the largest against overflow."""
    top = largest(x)
    return top + log(total([exp(term - top) for term in x]))


def products(*x: Any) -> Any:
    """x1 * y1 + ... + xn * yn from the operands x1 ... xn y1 ... yn."""
    n = len(x) // 2
    return total([x[i] * x[n + i] for i in range(n)])


# fmt: off
# Arithmetic. `out` is the result, already known when a derivative is asked for.
Operation("+", "{0} + {1}", lambda x, y: x + y,
          lambda out, x, y: (1.0, 1.0))
Operation("-", "{0} − {1}", lambda x, y: x - y,
          lambda out, x, y: (1.0, -1.0))
Operation("*", "{0} × {1}", lambda x, y: x * y,
          lambda out, x, y: (y, x))
Operation("/", "{0} / {1}", lambda x, y: x / y,
          lambda out, x, y: (1.0 / y, -out / y),
          "x / 0 is ±inf, 0 / 0 is nan")
Operation("**", "{0} ^ {1}", power,
          lambda out, x, y: (where(y > 0, y * power(x, y - 1.0),
                                   where(y < 0, y * power(x, y - 1.0), 0.0)),
                             out * log(where(x > 0, x, where(x >= 0, 1.0, NAN)))),
          "0 ** 0 is 1 with derivative 0; 0 ** -1 is inf; a negative base with a "
          "fractional exponent is nan, and so is its derivative by the exponent")
Operation("neg", "−{0}", lambda x: -x,
          lambda out, x: (-1.0,))
Operation("abs", "|{0}|", lambda x: abs(x),
          lambda out, x: (sign(x),),
          "derivative 0 at 0, and where x is nan")

# Sums of many.
Operation("sum", "Σ {}", lambda *x: total(x),
          lambda out, *x: (1.0,) * len(x),
          "the empty sum is 0; terms are added from the left", variadic=True)
Operation("dot", "dot {}", products,
          lambda out, *x: (*x[len(x) // 2:], *x[: len(x) // 2]),
          "operands are x1 ... xn, then y1 ... yn", variadic=True)
Operation("logsumexp", "log Σ exp {}", logsumexp,
          lambda out, *x: tuple([exp(term - out) for term in x]),
          "the derivatives are the softmax; the largest is factored out",
          variadic=True)

# Exponentials, roots, trigonometry.
Operation("exp", "exp({0})", exp, lambda out, x: (out,),
          "inf above 709.78")
Operation("log", "log({0})", log, lambda out, x: (1.0 / x,),
          "log(0) is -inf, below 0 nan")
Operation("log1p", "log(1 + {0})", log1p, lambda out, x: (1.0 / (1.0 + x),),
          "-inf at -1, below nan")
Operation("expm1", "exp({0}) − 1", expm1, lambda out, x: (exp(x),))
Operation("sqrt", "√{0}", sqrt, lambda out, x: (0.5 / out,),
          "derivative inf at 0; below 0 nan")
Operation("sin", "sin({0})", sin, lambda out, x: (cos(x),))
Operation("cos", "cos({0})", cos, lambda out, x: (-sin(x),))
Operation("tan", "tan({0})", tan, lambda out, x: (1.0 + out * out,))
Operation("asin", "asin({0})", asin,
          lambda out, x: (1.0 / sqrt((1.0 - x) * (1.0 + x)),),
          "derivative inf at ±1; outside nan")
Operation("acos", "acos({0})", acos,
          lambda out, x: (-1.0 / sqrt((1.0 - x) * (1.0 + x)),),
          "derivative -inf at ±1; outside nan")
Operation("atan", "atan({0})", atan, lambda out, x: (1.0 / (1.0 + x * x),))
Operation("sinh", "sinh({0})", sinh, lambda out, x: (cosh(x),))
Operation("cosh", "cosh({0})", cosh, lambda out, x: (sinh(x),))
Operation("tanh", "tanh({0})", tanh, lambda out, x: (1.0 - out * out,))
Operation("erf", "erf({0})", erf, lambda out, x: (TWO_OVER_SQRT_PI * exp(-x * x),))

# Activations.
Operation("sigmoid", "sigmoid({0})", sigmoid, lambda out, x: (out * (1.0 - out),))
Operation("relu", "relu({0})", lambda x: where(x <= 0, 0.0, x),
          lambda out, x: (where(x > 0, 1.0, 0.0),),
          "derivative 0 at 0, and where x is nan")
Operation("leaky_relu", "leaky_relu({0}, {1})",
          lambda x, slope: where(x > 0, x, slope * x),
          lambda out, x, slope: (where(x > 0, 1.0, slope), where(x > 0, 0.0, x)),
          "derivative is the slope at 0", defaults=(0.01,))
Operation("elu", "elu({0}, {1})",
          lambda x, alpha: where(x > 0, x, alpha * expm1(where(x > 0, 0.0, x))),
          lambda out, x, alpha: (where(x > 0, 1.0, out + alpha),
                                 where(x > 0, 0.0, expm1(where(x > 0, 0.0, x)))),
          "derivative is alpha at 0", defaults=(1.0,))
Operation("softplus", "softplus({0})",
          lambda x: where(x <= 0, 0.0, x) + log1p(exp(-abs(x))),
          lambda out, x: (sigmoid(x),))
Operation("silu", "silu({0})", lambda x: x * sigmoid(x),
          lambda out, x: (sigmoid(x) * (1.0 + x * (1.0 - sigmoid(x))),))
Operation("gelu", "gelu({0})", lambda x: x * normal_cdf(x),
          lambda out, x: (normal_cdf(x) + x * ONE_OVER_SQRT_2_PI * exp(-0.5 * x * x),),
          "the exact form, by erf")

# Choices.
Operation("maximum", "max({0}, {1})",
          larger,
          lambda out, x, y: (share(x, y), share(y, x)),
          "a tie shares the gradient, one half each; nan if an operand is nan")
Operation("minimum", "min({0}, {1})",
          smaller,
          lambda out, x, y: (share(y, x), share(x, y)),
          "a tie shares the gradient, one half each; nan if an operand is nan")
Operation("clip", "clip({0}, {1}, {2})",
          lambda x, low, high: smaller(larger(x, low), high),
          lambda out, x, low, high: (where(x < low, 0.0, within(high, x)),
                                     where(x < low, within(high, low), 0.0),
                                     1.0 - within(high, larger(x, low))),
          "at a bound the gradient goes to x; if low is above high, the result is high")
# fmt: on
