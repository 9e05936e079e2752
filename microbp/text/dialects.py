"""Dialects: one formula as plain text, as LaTeX, as Python.

Map: `Dialect` says how each operation is written and how tightly it binds; `write`
puts parentheses where they are needed, and nowhere else.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, NamedTuple

from microbp.text.symbols import Symbol

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

SUM, PRODUCT, MINUS, POWER, ATOM = range(1, 6)  # from loose to tight


class Form(NamedTuple):
    """How an operation is written.

    Attributes:
        template: With `{}` for each argument.
        binds: How tightly, `SUM` to `ATOM`.
        needs: How tightly each argument has to bind, or it gets parentheses.
    """

    template: str
    binds: int = ATOM
    needs: tuple[int, ...] = (0, 0, 0)


class Dialect(NamedTuple):
    """A way to write formulas.

    Attributes:
        number: How a float is written.
        name: How a name is written.
        forms: How operations are written.
        function: How all others are, with `{name}` and `{arguments}`.
        group: Parentheses.
    """

    number: Callable[[float], str]
    name: Callable[[str], str]
    forms: dict[str, Form]
    function: str
    group: str = "({})"


def write(formula: Any, dialect: Dialect) -> str:
    """The formula in a dialect.

    Example:
        >>> from microbp.text.symbols import symbol
        >>> x, y = symbol("x"), symbol("y")
        >>> write((x + y) * 2.0 - x / y, PLAIN)
        '(x + y) · 2 − x / y'
        >>> write(x ** (y - 1.0), PYTHON)
        'math.pow(x, y - 1.0)'
    """
    return _written(formula, dialect)[0]


def _written(formula: Any, dialect: Dialect) -> tuple[str, int]:
    if not isinstance(formula, Symbol):
        number = float(formula)
        return dialect.number(number), MINUS if number < 0.0 else ATOM
    if formula.operation == "name":
        return dialect.name(formula.arguments[0]), ATOM
    form = dialect.forms.get(formula.operation)
    parts = [_written(each, dialect) for each in formula.arguments]
    if form is None:
        listed = ", ".join(text for text, _ in parts)
        whole = dialect.function.replace("{name}", formula.operation)
        return whole.replace("{arguments}", listed), ATOM
    if formula.operation == "add":
        return _sum(parts, form, dialect), form.binds
    needed = zip(parts, form.needs[: len(parts)], strict=True)
    texts = [
        text if binds >= least else dialect.group.format(text)
        for (text, binds), least in needed
    ]
    return form.template.format(*texts), form.binds


def _sum(parts: list[tuple[str, int]], form: Form, dialect: Dialect) -> str:
    """Terms one after another."""
    first, other = form.needs[:2]
    texts = [
        term if binds >= (other if k else first) else dialect.group.format(term)
        for k, (term, binds) in enumerate(parts)
    ]
    return form.template.format("", "").join(texts)


def _short(x: float) -> str:
    return f"{x:.6g}".replace("-", "−")


def _tex(x: float) -> str:
    if x != x or abs(x) == inf:
        return {True: r"\text{nan}"}.get(x != x) or (r"\infty" if x > 0 else r"-\infty")
    digits, e, power = f"{x:.6g}".partition("e")
    return rf"{digits} \cdot 10^{{{int(power)}}}" if e else digits


def _code(x: float) -> str:
    return repr(x) if abs(x) < inf else f"float({str(x)!r})"


def _infix(*signs: str) -> dict[str, Form]:
    """Forms for + − · / and the comparisons, with these signs."""
    add, sub, mul, div, lt, le, gt, ge = signs
    return {
        "add": Form(f"{{}} {add} {{}}", SUM, (SUM, PRODUCT)),
        "sub": Form(f"{{}} {sub} {{}}", SUM, (SUM, PRODUCT)),
        "mul": Form(f"{{}} {mul} {{}}", PRODUCT, (PRODUCT, MINUS)),
        "truediv": Form(f"{{}} {div} {{}}", PRODUCT, (PRODUCT, MINUS)),
        "neg": Form(f"{sub}{{}}", MINUS, (MINUS,)),
        **{
            name: Form(f"{{}} {sign} {{}}", 0, (SUM, SUM))
            for name, sign in zip(
                ("lt", "le", "gt", "ge"), (lt, le, gt, ge), strict=True
            )
        },
    }


PLAIN = Dialect(
    _short,
    str,
    {
        **_infix("+", "−", "·", "/", "<", "≤", ">", "≥"),
        "pow": Form("{}^{}", POWER, (ATOM, ATOM)),
        "abs": Form("|{}|"),
        "sqrt": Form("√{}", ATOM, (ATOM,)),
        "where": Form("({1} if {0} else {2})"),
    },
    "{name}({arguments})",
)
LATEX = Dialect(
    _tex,
    str,
    {
        **_infix("+", "-", r"\cdot", "/", "<", r"\le", ">", r"\ge"),
        "truediv": Form(r"\frac{{{}}}{{{}}}", POWER),
        "pow": Form("{}^{{{}}}", POWER, (ATOM, 0)),
        "abs": Form(r"\left|{}\right|"),
        "sqrt": Form(r"\sqrt{{{}}}"),
        "where": Form(
            r"\begin{{cases}} {1} & {0} \\ {2} & \text{{else}} \end{{cases}}"
        ),
    },
    r"\operatorname{{name}}\left({arguments}\right)",
    r"\left({}\right)",
)
PYTHON = Dialect(
    _code,
    str,
    {
        **_infix("+", "-", "*", "/", "<", "<=", ">", ">="),
        "pow": Form("math.pow({}, {})"),
        "abs": Form("abs({})"),
        "where": Form("({1} if {0} else {2})"),
    },
    "math.{name}({arguments})",
)
