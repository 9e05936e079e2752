"""Where does the nan come from? `detect_anomaly` looks at every number that arises.

Map: `detect_anomaly` watches; `_look` sees new results, `check_backward` gradients;
`check_start` and `remember` see to what a run's gradients are added.
"""

from __future__ import annotations

from math import isfinite

from microbp.engine.value import Value, number_of, swap_watch
from microbp.errors import AnomalyError, PlaceholderError, StaleGraphError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any


class detect_anomaly:  # PyTorch's name, so in small letters
    """Stop where the first nan or infinity arises, forward or backward, and say where.

    The message names the operation, its operands with their labels and numbers, and the
    line of your code that computed it. Inside, `backward` also makes sure that no
    number was changed after it was used, and warns where gradients are added up that
    nobody wants to add up: a second run from the same node, or a leaf that was updated
    and not set to zero. It costs time, so it is for finding a fault and not for a whole
    training.

    Raises:
        AnomalyError: A result, or a gradient, is nan or infinite.
        StaleGraphError: `backward` met a number that does not follow from its operands.

    Warns:
        UserWarning: A run adds its gradients to those of another, likely by mistake.

    Example:
        >>> from microbp import Value, detect_anomaly
        >>> x = Value(-1.0, label="x")
        >>> with detect_anomaly():
        ...     y = x * 2
        ...     z = y.log()
        Traceback (most recent call last):
        ...
        microbp.errors.AnomalyError: log gives nan of Value(data=-2.0, grad=0.0), at ...
    """

    def __init__(self) -> None:
        self.before: list[Any] = []  # one for each time this is entered

    def __enter__(self) -> None:
        self.before.append(swap_watch(_look))

    def __exit__(self, *exception: object) -> None:
        swap_watch(self.before.pop())


def _look(node: Value) -> None:
    """Look at a new result, and note where it was computed."""
    place = _line()
    node._made_at = place
    number = number_of(node)
    if isfinite(number):
        return
    try:
        _ = node.data
    except PlaceholderError:  # it is recorded for other numbers
        return
    operands = ", ".join(map(repr, node.parents))
    bad = [x for x in node.parents if not isfinite(number_of(x))]
    came = f"; {bad[0]!r} was {number_of(bad[0])} before" if bad else ""
    raise AnomalyError(f"{node.op} gives {number} of {operands}, at {place}{came}")


def check_backward(node: Value) -> None:
    """Look at what a node has passed on, and at whether it was still true.

    Raises:
        AnomalyError: An operand has a gradient that is nan or infinite.
        StaleGraphError: The node does not follow from its operands any more.
    """
    row = node.operation
    made = getattr(node, "_made_at", "a line before detect_anomaly")
    if row is not None:
        now, _ = row.evaluate(tuple([number_of(x) for x in node.parents]))
        if now != number_of(node) and (now == now or isfinite(number_of(node))):
            raise StaleGraphError(
                f"{node!r} is {node.op} of {', '.join(map(repr, node.parents))}, which "
                f"is {now} by now: a number was changed after it was used, at {made}; "
                "compute it anew with .forward(), or build the graph again"
            )
    for x, local in zip(node.parents, node.local_grads, strict=True):
        bare = x.kind == "constant" and not x.label
        if isfinite(x.grad) or bare or not isfinite(node.grad):
            continue
        raise AnomalyError(
            f"the gradient of {x!r} is {x.grad}: {node.op} passed {node.grad} × "
            f"{local} on to it, computed at {made}"
        )


def check_start(root: Value) -> None:
    """Warn if a run is about to be added to another, where that is a likely mistake.

    To add up the gradients of several graphs is none, and passes without a word.
    """
    from microbp.engine.backward import walk

    kept = [x for x in walk([root]) if _is_named(x) and x.grad != 0.0]
    for x in kept:
        used = getattr(x, "_used_with", number_of(x))
        if used != number_of(x) and used == used:
            _hint(
                f"{_name(x)} was changed after a backward run and still has the "
                "gradient of that run, to which this one adds: set it to 0.0 before, "
                "by model.zero_grad() or x.grad = 0.0"
            )
            return
    if kept and getattr(root, "_has_run", False):
        _hint(
            f"a backward run went through {_name(root)} before, and leaves add what "
            "they get now to what they have: set their grad to 0.0 before, by "
            "model.zero_grad() or x.grad = 0.0"
        )


def remember(order: list[Value]) -> None:
    """Note with which numbers the leaves behind these nodes were used."""
    order[0]._has_run = True
    for node in order:
        for x in node.parents:
            if _is_named(x):
                x._used_with = number_of(x)


def _is_named(x: Value) -> bool:
    """Is it a leaf that the user can reach, and no bare number beside an operator?"""
    return x.kind != "operation" and bool(x.label or x.kind != "constant")


def _name(x: Value) -> str:
    """A name without numbers, so that a loop is warned of one thing once."""
    return repr(x.label) if x.label else f"the result of {x.op}" if x.op else "a leaf"


def _hint(text: str) -> None:
    from warnings import warn_explicit

    frame = _frame()
    seen = frame.f_globals.setdefault("__warningregistry__", {})
    file, line = frame.f_code.co_filename, frame.f_lineno
    warn_explicit(text, UserWarning, file, line, registry=seen)


def _line() -> str:
    """The line of the user's code that is running."""
    frame = _frame()
    return f"{frame.f_code.co_filename}, line {frame.f_lineno}"


def _frame() -> FrameType:
    """The innermost frame of the user's code."""
    import sys
    from os.path import dirname

    home = dirname(dirname(__file__))
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(home):
        frame = frame.f_back
    return frame
