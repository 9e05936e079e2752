"""Rows of the operation table as JavaScript and as MathML, for the page.

Map: `operations` writes the functions that a page computes with; `formulas` what it
shows of them. Both are keyed by `key`: the operation and how many operands it has.
"""

from __future__ import annotations

import json
import re
from html import escape
from math import inf, isnan
from typing import TYPE_CHECKING

from microbp.engine.operations import OPERATIONS
from microbp.text.dialects import MINUS, PRODUCT, SUM, Dialect, Form, write
from microbp.text.symbols import derivatives_of, symbol, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from microbp.engine.operations import Operation

MANY = 12  # operands whose derivatives are shown one by one


def _number(x: float) -> str:
    if isnan(x):
        return "NaN"
    if abs(x) == inf:
        return "Infinity" if x > 0 else "(-Infinity)"
    return repr(x) if x >= 0 and str(x)[0] != "-" else f"({x!r})"


def _infix(add: str, sub: str, mul: str, div: str) -> dict[str, Form]:
    return {
        "add": Form(f"{{}}{add}{{}}", SUM, (SUM, PRODUCT)),
        "sub": Form(f"{{}}{sub}{{}}", SUM, (SUM, PRODUCT)),
        "mul": Form(f"{{}}{mul}{{}}", PRODUCT, (PRODUCT, MINUS)),
        "truediv": Form(f"{{}}{div}{{}}", PRODUCT, (PRODUCT, MINUS)),
        "neg": Form(f"{sub.lstrip()}{{}}", MINUS, (MINUS + 1,)),
    }


SIGNS = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
JAVASCRIPT = Dialect(
    _number,
    str,
    {
        **_infix(" + ", " - ", " * ", " / "),
        **{name: Form(f"{{}} {s} {{}}", 0, (SUM, SUM)) for name, s in SIGNS.items()},
        "neg": Form("(-{})", MINUS, (MINUS + 1,)),
        "where": Form("({0} ? {1} : {2})", needs=(0, 0, 0)),
        "pow": Form("f.power({}, {})"),
    },
    "f.{name}({arguments})",
)
# Functions: those of `Math`, and what JavaScript lacks. power: as in C, where 1 to any
# power is 1. erf: by its series and the continued fraction of erfc (M. Abramowitz and
# I. Stegun, Handbook of Mathematical Functions, 1964, 7.1.6 and 7.1.14), to about 15
# digits.
HELPERS = """\
const power = (x, y) =>
  x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
const largest = (...x) => {
  const top = x.reduce((a, b) => (b > a ? b : a));
  return Math.abs(top) < Infinity ? top : 0;
};
const erf = (x) => {
  const a = Math.abs(x);
  if (!(a < 6)) return Number.isNaN(x) ? x : Math.sign(x);
  if (a < 2.5) {
    let [term, sum] = [a, a];
    for (let n = 1; n < 80; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      sum += term;
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-a * a) * sum;
  }
  let tail = 0;
  for (let n = 80; n > 0; n--) tail = n / 2 / (a + tail);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + tail));
};
const own = Object.getOwnPropertyNames(Math).map((name) => [name, Math[name]]);
const f = Object.assign(Object.fromEntries(own), { power, largest, erf });
"""
MATHML = Dialect(
    lambda x: f"<mn>{x:.6g}</mn>".replace("-", "−"),
    lambda name: f"⟦{name}⟧",
    {
        **_infix("<mo>+</mo>", "<mo>−</mo>", "<mo>·</mo>", "<mo>/</mo>"),
        **{
            name: Form(f"<mrow>{{}}<mo>{escape(s)}</mo>{{}}</mrow>", 0, (SUM, SUM))
            for name, s in zip(SIGNS, "<≤>≥", strict=True)
        },
        "truediv": Form("<mfrac><mrow>{}</mrow><mrow>{}</mrow></mfrac>", MINUS),
        "pow": Form("<msup><mrow>{}</mrow><mrow>{}</mrow></msup>", MINUS, (5, 0)),
        "sqrt": Form("<msqrt>{}</msqrt>"),
        "abs": Form("<mrow><mo>|</mo>{}<mo>|</mo></mrow>"),
        "where": Form(
            "<mrow><mo>{{</mo><mtable><mtr><mtd>{1}</mtd><mtd>{0}</mtd></mtr>"
            "<mtr><mtd>{2}</mtd><mtd></mtd></mtr></mtable></mrow>"
        ),
    },
    "<mrow><mi>{name}</mi><mo>(</mo>{arguments}<mo>)</mo></mrow>",
    "<mrow><mo>(</mo>{}<mo>)</mo></mrow>",
)


def key(row: Operation, operands: int) -> str:
    """The name under which the page finds an operation."""
    return f"{row.name}/{operands}"


def operations(keys: Iterable[str]) -> str:
    """A JavaScript object with value and local derivatives for each key.

    Example:
        >>> print(operations(["exp/1"]).splitlines()[-2])
        "exp/1": {value: (x0) => f.exp(x0), slopes: (out, x0) => [out]},
    """
    lines = [*HELPERS.splitlines(), "const ops = {"]
    for each in dict.fromkeys(keys):
        row, names = _row_of(each)
        operands = [symbol(name) for name in names]
        value = write(value_of(row, operands), JAVASCRIPT)
        slopes = [
            write(slope, JAVASCRIPT)
            for slope in derivatives_of(row, symbol("out"), operands)
        ]
        taken = ", ".join(names)
        lines.append(
            f"{json.dumps(each)}: {{value: ({taken}) => {value}, "
            f"slopes: (out, {taken}) => [{', '.join(slopes)}]}},"
        )
    return "\n".join([*lines, "};"])


def formulas(keys: Iterable[str]) -> dict[str, dict[str, object]]:
    """For each key its value and local derivatives in MathML.

    `⟦0⟧` and so on stand for the operands, `⟦out⟧` for the result.

    Example:
        >>> formulas(["*/2"])["*/2"]["value"]
        '⟦0⟧<mo>×</mo>⟦1⟧'
    """
    found: dict[str, dict[str, object]] = {}
    for each in dict.fromkeys(keys):
        row, names = _row_of(each)
        operands = [symbol(name[1:]) for name in names]
        slopes: Sequence[str] = ()
        if len(names) <= MANY:
            slopes = [
                f"<mrow>{write(slope, MATHML)}</mrow>"
                for slope in derivatives_of(row, symbol("out"), operands)
            ]
        found[each] = {"value": _written(row, len(names)), "slopes": slopes}
    return found


def _row_of(each: str) -> tuple[Operation, list[str]]:
    name, _, count = each.rpartition("/")
    return OPERATIONS[name], [f"x{k}" for k in range(int(count))]


def _written(row: Operation, operands: int) -> str:
    """An operation as its row writes it."""
    marks = [f"⟦{k}⟧" for k in range(operands)]
    few = marks if operands <= MANY else [*marks[: MANY - 1], "<mo>…</mo>"]
    listed = "<mo>,</mo>".join(few)
    if row.name == "**":
        return "<msup><mrow>⟦0⟧</mrow><mrow>⟦1⟧</mrow></msup>"
    if row.name == "/":
        return "<mfrac><mrow>⟦0⟧</mrow><mrow>⟦1⟧</mrow></mfrac>"
    if row.name == "sqrt":
        return "<msqrt>⟦0⟧</msqrt>"
    written = ""
    for piece in re.split(r"(\{\d?\}|[a-z_0-9]+)", row.notation):
        if piece == "{}":
            written += f"<mo>(</mo>{listed}<mo>)</mo>"
        elif piece.startswith("{"):
            written += marks[int(piece[1:-1])]
        elif piece.isdigit():
            written += f"<mn>{piece}</mn>"
        elif piece.strip():
            tag = "mi" if piece[0].isalpha() and piece.isascii() else "mo"
            written += f"<{tag}>{escape(piece.strip())}</{tag}>"
    return written
