"""What counts as a number, and what is said of everything else.

Map: `to_float` makes a float or raises a `NumberError` that tells what to write.
`knows_better` tells what is left to do its own arithmetic with Values.
"""

from __future__ import annotations

from microbp.errors import NumberError, NumberRangeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ALLOWED = "one real number (an int, a float, a NumPy scalar or a 0-d array)"


def to_float(x: Any, where: str) -> float:
    """The float that x stands for.

    Args:
        x: Anything; numbers pass.
        where: What the number is for, the first words of a message.

    Raises:
        NumberError: x is not one real number.
        NumberRangeError: x is an int too large for a float.

    Example:
        >>> from microbp.engine.numbers import to_float
        >>> to_float(True, "data")
        1.0
        >>> to_float(None, "data")
        Traceback (most recent call last):
        ...
        microbp.errors.NumberError: data takes one real number (an int, a float, a \
NumPy scalar or a 0-d array), not None: did a function forget to return?
    """
    if isinstance(x, (str, bytes, bytearray, complex)) or not is_number_like(x):
        raise NumberError(_refusal(x, where))
    try:
        return float(x.item() if getattr(x, "ndim", 0) else x)
    except OverflowError:
        raise NumberRangeError(
            f"{where} takes a number up to 1.8e308, not one of type "
            f"{type(x).__name__} beyond that: scale it down first"
        ) from None
    except (TypeError, ValueError):
        raise NumberError(_refusal(x, where)) from None


def is_number_like(x: Any) -> bool:
    """Could `float` take it? Not an array of numbers, and not a complex scalar."""
    if getattr(getattr(x, "dtype", None), "kind", "f") not in "biuf":
        return False
    return hasattr(x, "__float__") or hasattr(x, "__index__")


def knows_better(x: Any) -> bool:
    """Does x, beside a Value, do the arithmetic itself? An object array, a symbol."""
    if is_number_like(x) or isinstance(x, complex) or not hasattr(x, "__radd__"):
        return False
    return getattr(getattr(x, "dtype", None), "kind", "O") == "O"


def _refusal(x: Any, where: str) -> str:
    shape = getattr(x, "shape", ())
    if shape:
        came = f"{type(x).__name__} of shape {tuple(shape)}"
    else:
        try:
            text = repr(x)
        except ValueError:  # Python prints no int of more than 4300 digits
            text = "with a number too long to print"
        text = text if len(text) <= 60 else text[:57] + "..."
        came = text if x is None else f"{type(x).__name__} {text}"
    if shape or isinstance(x, (list, tuple, set, dict)):
        advice = "make a Value of each element, as in [Value(x) for x in numbers]"
    elif isinstance(x, (str, bytes, bytearray)):
        advice = "convert text first, with float(...)"
    elif x is None:
        advice = "did a function forget to return?"
    else:
        advice = "convert it to a float first"
    return f"{where} takes {ALLOWED}, not {came}: {advice}"
