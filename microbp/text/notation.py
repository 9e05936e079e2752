"""Operations as they are written, read from their rows in the table.

Map: `sign` is the short sign on a chip, `expression` the whole with its operands,
`tex_expression` the same in LaTeX.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from microbp.engine.operations import OPERATIONS
from microbp.text.quoting import tex

if TYPE_CHECKING:
    from collections.abc import Sequence

MANY = 5  # operands of a sum that are written out


def sign(op: str) -> str:
    """The short sign of an operation.

    Example:
        >>> [sign(op) for op in ("*", "neg", "sum", "tanh", "my own")]
        ['×', '−x', 'Σ', 'tanh', 'my own']
    """
    row = OPERATIONS.get(op)
    if row is None:
        return op
    bare = row.notation.replace("{0}", "").replace("{1}", "").replace("{}", "").strip()
    if len(bare) > 2 or (bare.isascii() and bare.isalpha()):
        return op
    return bare if row.variadic or row.arity == 2 else row.notation.format("x")


def expression(op: str, operands: Sequence[str]) -> str:
    """An operation with the names of its operands.

    Example:
        >>> expression("*", ["x1", "w1"]), expression("tanh", ["v1"])
        ('x1 × w1', 'tanh(v1)')
        >>> expression("sum", list("abcdefgh"))
        'Σ (a, b, c, d, … 4 more)'
    """
    row = OPERATIONS.get(op)
    if row is not None and not row.variadic:
        if row.arity <= len(operands):
            return row.notation.format(*operands)
        row = None  # built by hand with this name
    left_out = len(operands) - MANY + 1
    if left_out > 1:
        operands = [*operands[: MANY - 1], f"… {left_out} more"]
    listed = f"({', '.join(operands)})"
    return row.notation.format(listed) if row is not None else op + listed


TEX_SIGNS = {"×": r"\times", "−": "-", "Σ": r"\sum", "√": r"\sqrt"}
TEX_FORMS = {  # where LaTeX has a form of its own
    "/": r"\frac{{{0}}}{{{1}}}",
    "**": "{{{0}}}^{{{1}}}",
    "sqrt": r"\sqrt{{{0}}}",
    "abs": r"\left|{0}\right|",
}


def tex_expression(op: str, operands: Sequence[str]) -> str:
    r"""An operation with its operands in LaTeX.

    Args:
        op: The operation.
        operands: The operands, in LaTeX already.

    Example:
        >>> tex_expression("*", ["x_1", "w_1"]), tex_expression("tanh", ["v_1"])
        ('x_1 \\times w_1', '\\operatorname{tanh}\\left(v_1\\right)')
    """
    few = [*operands[: MANY - 1], r"\dots"] if len(operands) > MANY else operands
    listed = rf"\left({', '.join(few)}\right)"
    row = OPERATIONS.get(op)
    if row is None or (not row.variadic and row.arity > len(operands)):
        return rf"\text{{{tex(op)}}}{listed}"
    if op in TEX_FORMS:
        return TEX_FORMS[op].format(*operands)
    written = ""
    for piece in re.split(r"(\{\d?\})", row.notation):
        if piece == "{}":
            written += listed
        elif piece.startswith("{"):
            written += operands[int(piece[1:-1])]
        else:
            written += _in_tex(piece)
    return written


def _in_tex(piece: str) -> str:
    """A part of a notation between operands."""
    piece = re.sub(r"[a-z_]{2,}", lambda m: rf"\operatorname{{{tex(m[0])}}}", piece)
    for plain, in_tex in TEX_SIGNS.items():
        piece = piece.replace(plain, in_tex)
    return piece.replace("(", r"\left(").replace(")", r"\right)")
