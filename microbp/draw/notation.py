"""Operations as they are written, read from their rows in the table.

Map: `sign` is the short sign on a chip, `expression` the whole with its operands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.engine.operations import OPERATIONS

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
