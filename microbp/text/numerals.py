"""Numbers as pictures show them: true minus signs, and no more digits than help.

Map: `numeral` writes a number, `signed` a gradient, `factor` a local derivative,
`summed` a sum. `checked_precision` refuses what is no number of digits.
"""

from __future__ import annotations

from math import isfinite, isnan
from typing import TYPE_CHECKING

from microbp.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

LARGE = 1e6  # from here on, and below the last digit, powers of ten


def checked_precision(precision: Any) -> int:
    """The number of digits after the point.

    Raises:
        ArgumentError: It is no whole number from 0 upwards.
    """
    whole = isinstance(precision, int) and not isinstance(precision, bool)
    if not whole or precision < 0:
        raise ArgumentError(
            f"precision is a whole number from 0 upwards, not {precision!r}"
        )
    number: int = precision
    return number


def numeral(x: float, precision: int = 4) -> str:
    """A number with `precision` digits after the point.

    Very large and very small numbers have an exponent instead, so that what is not
    zero never looks like zero.

    Example:
        >>> [numeral(x) for x in (-0.5, 2.0, 1e-9, 0.00002, 12345678.9, float("-inf"))]
        ['−0.5000', '2.0000', '1e−9', '2e−5', '1.2346e+7', '−∞']
        >>> numeral(2.5, 0), numeral(0.25, 0)
        ('2', '0.25')
    """
    if not isfinite(x):
        return "nan" if isnan(x) else "∞" if x > 0 else "−∞"
    if x == 0.0:
        return f"{0.0:.{precision}f}"
    if abs(x) >= LARGE:
        return _exponent(f"{x:.{precision}e}")
    if abs(x) < 0.1**precision:
        return _exponent(f"{x:.2g}")
    return f"{x:.{precision}f}".replace("-", "−")


def signed(x: float, precision: int = 4) -> str:
    """A number with its sign, also if that is a plus.

    Example:
        >>> signed(0.5), signed(-0.5), signed(0.0)
        ('+0.5000', '−0.5000', '0.0000')
    """
    return ("+" if x > 0 else "") + numeral(x, precision)


def factor(x: float, precision: int = 4) -> str:
    """A local derivative, with which a gradient is multiplied.

    Two digits do beside an edge, unless many were asked for.

    Example:
        >>> factor(2.0), factor(-0.004), factor(float("nan"))
        ('×2.00', '×−0.004', '×nan')
    """
    return "×" + numeral(x, min(precision, max(2, precision - 2)))


def summed(terms: Iterable[float], precision: int = 4) -> str:
    """A sum, its terms written out.

    Example:
        >>> summed([0.5, -0.25], 2)
        '0.50 − 0.25'
    """
    text = ""
    for k, x in enumerate(terms):
        sign = (" + " if not x < 0 else " − ") if k else ""
        text += sign + numeral(abs(x) if k else x, precision)
    return text


def _exponent(text: str) -> str:
    mantissa, e, exponent = text.partition("e")
    if e:
        exponent = exponent[0] + exponent[1:].lstrip("0")
    return f"{mantissa}{e}{exponent}".replace("-", "−")
