"""What may be given to a network, and what is said of everything else.

Map: `as_row` makes inputs into Values, `as_count` checks a number of neurons, `Row`.
"""

from __future__ import annotations

from microbp.engine.numbers import is_number_like, to_float
from microbp.engine.value import Value, leaf
from microbp.errors import ArgumentError, ArgumentTypeError, ShapeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from microbp.nn.module import Module


class Row(list):  # type: ignore[type-arg]
    """Inputs that were checked: Values, as many as needed.

    A layer checks its inputs once and hands them to its neurons as a Row, which saves
    each neuron from looking at every input again.
    """


def as_row(x: Any, n: int, module: Module) -> Row:
    """The inputs as n Values; each number becomes one constant, x1 ... xn.

    Args:
        x: A list, a tuple or a 1-D array of n numbers or Values. Where n is 1, a number
            or a Value by itself will do.
        n: How many are needed.
        module: Who needs them, for the message.

    Raises:
        ShapeError: There are more or fewer than n, or x has two dimensions.
        ArgumentTypeError: x is not a sequence.
        NumberError: An element is neither a number nor a Value.
    """
    if type(x) is Row and len(x) == n:
        return x
    elements = _elements(x, n, module)
    if len(elements) != n:
        needed = "1 input" if n == 1 else f"{n} inputs"
        raise ShapeError(
            f"{module!r} takes {needed}, not {len(elements)}: "
            "every call needs as many as the module was made for"
        )
    return Row(
        [
            v if isinstance(v, Value) else _constant(v, place, n, module)
            for place, v in enumerate(elements, 1)
        ]
    )


def _elements(x: Any, n: int, module: Module) -> list[Any]:
    dimensions = getattr(x, "ndim", None)
    if dimensions is not None and dimensions > 1:
        raise _nested(f"an array of shape {tuple(x.shape)}", n, module)
    if dimensions == 1:
        return x.tolist()  # type: ignore[no-any-return]
    if n == 1 and (isinstance(x, Value) or is_number_like(x)):
        return [x]
    refused = isinstance(x, (Value, str, bytes, dict, set)) or dimensions == 0
    if refused or not hasattr(x, "__iter__"):
        raise ArgumentTypeError(
            f"{module!r} takes a list, a tuple or a 1-D array of {n} numbers or "
            f"Values, not {type(x).__name__} {x!r}: write [x1, ...] around the inputs"
        )
    return list(x)


def _constant(number: Any, place: int, n: int, module: Module) -> Value:
    if isinstance(number, (list, tuple)) or getattr(number, "ndim", 0) > 0:
        raise _nested("rows within a row", n, module)
    data = to_float(number, f"input {place} of {module!r}")
    return leaf(data, f"x{place}", "constant")


def _nested(came: str, n: int, module: Module) -> ShapeError:
    return ShapeError(
        f"{module!r} takes one row of {n} numbers or Values at a time, not {came}: "
        "call it on each row, as in [model(row) for row in X]"
    )


def as_count(n: Any, what: str) -> int:
    """A positive int.

    Raises:
        ArgumentTypeError: n is not an int.
        ArgumentError: n is 0 or negative.
    """
    try:
        count: int = n.__index__()
    except AttributeError:
        raise ArgumentTypeError(
            f"{what} is an int, not {type(n).__name__} {n!r}"
        ) from None
    if count < 1:
        raise ArgumentError(f"{what} is 1 or more, not {count}")
    return count
