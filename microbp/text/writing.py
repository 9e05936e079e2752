"""How formulas are written: in plain text, and in LaTeX.

Map: `Writing` says how each part looks; `TEXT` and `TEX` are the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from microbp.text.dialects import LATEX, PLAIN, Dialect
from microbp.text.notation import expression, tex_expression
from microbp.text.numerals import numeral
from microbp.text.quoting import shorten, tex_name, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Writing(NamedTuple):
    """How formulas are written.

    Attributes:
        name: A name of a node.
        number: A number with so many digits.
        partial: A derivative, of the names of what and by what.
        expression: An operation with its operands.
        dialect: How a formula in symbols is written.
        dot: Between factors in symbols.
        times: Between factors in numbers.
        arrow: Between the nodes of a path; with a place if that matters.
        negative: Parentheses around a negative factor or term.
        dots: Stands for what is left out.
    """

    name: Callable[[str], str]
    number: Callable[[float, int], str]
    partial: Callable[[str, str], str]
    expression: Callable[[str, Sequence[str]], str]
    dialect: Dialect
    dot: str
    times: str
    arrow: Callable[[str], str]
    negative: str
    dots: str


def _plain_name(name: str) -> str:
    return shorten(visible(name), 40)


def _tex_number(x: float, precision: int) -> str:
    text = numeral(x, precision).replace("−", "-").replace("∞", r"\infty")
    digits, e, power = text.partition("e")
    if text == "nan":
        return r"\text{nan}"
    return rf"{digits} \cdot 10^{{{int(power)}}}" if e else text


TEXT = Writing(
    _plain_name,
    numeral,
    lambda of, by: f"∂{of}/∂{by}",
    expression,
    PLAIN,
    " · ",
    " × ",
    lambda place: f" →({place}) " if place else " → ",
    "({})",
    "…",
)
TEX = Writing(
    tex_name,
    _tex_number,
    lambda of, by: rf"\frac{{\partial {of}}}{{\partial {by}}}",
    tex_expression,
    LATEX,
    r" \cdot ",
    r" \times ",
    lambda place: rf" \xrightarrow{{\text{{{place}}}}} " if place else r" \rightarrow ",
    r"\left({}\right)",
    r"\dots",
)


def signed_factor(w: Writing, x: float, precision: int) -> str:
    """A number as a factor: in parentheses if it is negative."""
    number = w.number(x, precision)
    return w.negative.format(number) if x < 0 else number
