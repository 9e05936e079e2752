"""Placeholders: leaves whose number is not known yet.

A program that is recorded once and run for many rows of data has no numbers while it is
recorded. Its inputs stand for every row, so they have the one number that means "not
known": nan, which every operation passes on. Reading it would freeze one number into
the program, or decide a branch for all rows, so `Value.data` and comparisons refuse.

Map: `placeholder` makes one; `refuse_unknown` is what a Value that is nan asks.
"""

from __future__ import annotations

from microbp.errors import PlaceholderError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from microbp.engine.value import Value


def placeholder(label: str = "") -> Value:
    """A leaf whose number is not known: an input of a program that is being recorded.

    It computes as any Value does. Its number, and that of everything computed from it,
    cannot be read, compared or branched on.

    Args:
        label: A name for pictures and messages.

    Example:
        >>> from microbp import Value, lift, placeholder
        >>> x, w = placeholder("x"), Value(3.0)
        >>> y = (w * x).tanh()
        >>> program = lift(y * y, inputs=[x])
        >>> program([[0.0], [100.0]])
        array([0., 1.])
        >>> if y > 0: pass
        Traceback (most recent call last):
        ...
        microbp.errors.PlaceholderError: the number of Value(data=nan, grad=0.0) is \
not known: it depends on placeholder('x'), which stands for every row of the data. \
Reading it would freeze one number, or one branch, into the program. Compute with the \
Value itself: relu, maximum, minimum, clip and abs choose for each row
    """
    from microbp.engine.value import new_placeholder

    return new_placeholder(label)


def refuse_unknown(node: Value) -> None:
    """Raise an error if the node is a placeholder, or depends on one.

    Raises:
        PlaceholderError: It does.
    """
    met, waiting = {node}, [node]
    while waiting:
        each = waiting.pop()
        if each.kind == "placeholder":
            depends = "" if each is node else f"it depends on {each!r}, which "
            raise PlaceholderError(
                f"the number of {node!r} is not known: {depends or 'it '}stands for "
                "every row of the data. Reading it would freeze one number, or one "
                "branch, into the program. Compute with the Value itself: relu, "
                "maximum, minimum, clip and abs choose for each row"
            )
        for parent in each.parents:
            if parent not in met:
                met.add(parent)
                waiting.append(parent)
