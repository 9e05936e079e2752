"""Elementary functions that follow the kind of their argument.

`exp` of a float is a float, of a NumPy array an array, of a Value a Value: whatever
is not a plain float is asked for its own method of that name, or handed to NumPy.
The rows of the operation table are written in these functions and in `+ - * / -`
alone. That is why one row can serve every reader: the scalar engine, arrays, and
whatever else has methods of these names.

Two rules keep a row readable by all of them. Choose with `where`, never with `if`.
Compare with `< <= > >=`, never with `==`, which on Values asks for identity.
Python's `math` raises an error outside a function's domain; the reader of the row
(`Operation.evaluate`) then asks NumPy, whose answer is an infinity or `nan`.

Map: `exp log log1p expm1 sqrt sin cos tan asin acos atan sinh cosh tanh erf` take one
argument, `power` two; `where` chooses; `total` adds from left to right; `largest` is
a shift against overflow.
"""

from __future__ import annotations

import math

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Kind = Any  # float, NumPy array, Value, or anything with methods of these names


def _by_kind(
    name: str, on_float: Callable[[float], float], in_numpy: str = ""
) -> Callable[[Kind], Kind]:
    def function(x: Kind) -> Kind:
        if type(x) is float:
            return on_float(x)
        method = getattr(x, name, None)
        if method is not None:
            return method()
        import numpy as np

        if name == "erf":  # NumPy has none
            return np.vectorize(math.erf, otypes=[float])(x)[()]
        return getattr(np, in_numpy or name)(x)

    function.__name__ = name
    function.__doc__ = f"`{name}` of a float, an array or a Value."
    return function


exp = _by_kind("exp", math.exp)
log = _by_kind("log", math.log)
log1p = _by_kind("log1p", math.log1p)
expm1 = _by_kind("expm1", math.expm1)
sqrt = _by_kind("sqrt", math.sqrt)
sin = _by_kind("sin", math.sin)
cos = _by_kind("cos", math.cos)
tan = _by_kind("tan", math.tan)
asin = _by_kind("asin", math.asin, "arcsin")
acos = _by_kind("acos", math.acos, "arccos")
atan = _by_kind("atan", math.atan, "arctan")
sinh = _by_kind("sinh", math.sinh)
cosh = _by_kind("cosh", math.cosh)
tanh = _by_kind("tanh", math.tanh)
erf = _by_kind("erf", math.erf)


def power(x: Kind, y: Kind) -> Kind:
    """`x ** y` in real numbers: no complex result for a negative base."""
    if type(x) is float and type(y) is float:
        return math.pow(x, y)
    return x**y


def where(condition: Kind, yes: Kind, no: Kind) -> Kind:
    """`yes` where the condition holds, else `no`; element by element for arrays."""
    if condition is True:
        return yes
    if condition is False:
        return no
    method = getattr(condition, "where", None)
    if method is not None:
        return method(yes, no)
    import numpy as np

    result: Kind = np.where(condition, yes, no)
    return result[()]  # a scalar if it has no dimensions


def largest(terms: Sequence[Kind]) -> Kind:
    """The largest term, or 0.0 where that is infinite and no use as a shift.

    It is for shifts alone, on whose choice a result does not depend: whoever
    differentiates through it may take it for a constant.
    """
    method = getattr(terms[0], "largest", None)
    if method is not None:
        return method(terms)
    top = terms[0]
    for term in terms[1:]:
        top = where(term > top, term, top)
    return where(abs(top) < math.inf, top, 0.0)


def total(terms: Sequence[Kind]) -> Kind:
    """The terms added one by one from the left; 0.0 when there are none.

    Not the builtin `sum`, which since Python 3.12 compensates rounding for floats
    and so would differ between Python versions.
    """
    result = terms[0] if terms else 0.0
    for term in terms[1:]:
        result = result + term
    return result
