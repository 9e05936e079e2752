"""The target and the output of one sample, checked.

A target may be a Value whose number is not known yet, so Values pass unread.

Map: `as_pairs` lines targets and outputs up; `as_outputs` is the outputs alone;
`as_probability as_side as_label` check one target; `total` and `mean` add terms up.
"""

from __future__ import annotations

from microbp.engine.functions import sum
from microbp.engine.numbers import to_float
from microbp.engine.value import Value, leaf_or_value
from microbp.errors import ArgumentError, ArgumentTypeError, ShapeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def as_pairs(
    y_true: Any, y_pred: Any, of_classes: bool = False
) -> list[tuple[Any, Value]]:
    """Each target, a float or a Value, with its output, a Value.

    Args:
        y_true: A number or a Value or a sequence of them.
        y_pred: The same.
        of_classes: Is there a target for each class?

    Raises:
        ShapeError: They differ in length.

    Example:
        >>> from microbp.train.samples import as_pairs
        >>> as_pairs(1, [0.5])
        [(1.0, Value(data=0.5, grad=0.0))]
    """
    targets, outputs = _listed(y_true), as_outputs(y_pred)
    if len(targets) != len(outputs):
        advice = "give each output its target"
        if of_classes and len(targets) == 1:
            advice = "for the number of a class use sparse_categorical_crossentropy"
        raise ShapeError(
            f"{_counted(targets, 'target')} for {_counted(outputs, 'output')}: {advice}"
        )
    numbers = [t if isinstance(t, Value) else to_float(t, "a target") for t in targets]
    return list(zip(numbers, outputs, strict=True))


def as_outputs(y_pred: Any) -> list[Value]:
    """The outputs as a list of Values; a number becomes a constant.

    Raises:
        ShapeError: There are none.
    """
    outputs = [leaf_or_value(p, "an output") for p in _listed(y_pred)]
    if not outputs:
        raise ShapeError("a loss of no outputs is undefined: give at least one")
    return outputs


def as_probability(t: Any) -> Any:
    """A target between 0 and 1.

    Raises:
        ArgumentError: It is not, or it is nan.
    """
    if isinstance(t, Value) or 0.0 <= t <= 1.0:
        return t
    raise ArgumentError(
        f"a target of a crossentropy is a number from 0 to 1, not {t!r}: a label that "
        "counts classes is one for sparse_categorical_crossentropy"
    )


def as_side(t: Any) -> Any:
    """A target of -1 or 1; 0 becomes -1.

    Raises:
        ArgumentError: It is something else.
    """
    if isinstance(t, Value) or t in (-1.0, 1.0):
        return t
    if t == 0.0:
        return -1.0
    raise ArgumentError(f"a target of hinge is -1 or 1 (or 0 for -1), not {t!r}")


def as_label(y_true: Any, classes: int) -> int:
    """The number of a class, from 0 to classes - 1.

    Args:
        y_true: A whole number of any type, or a sequence of that one number.
        classes: How many there are.

    Raises:
        ArgumentError: It is no whole number, or there is no such class.
        ArgumentTypeError: It is a Value, which cannot choose an output.
        ShapeError: There are several.
    """
    labels = _listed(y_true)
    if len(labels) != 1:
        raise ShapeError(
            f"a sample has one label, not {len(labels)}: for a target for each class "
            "use categorical_crossentropy"
        )
    (label,) = labels
    if isinstance(label, Value):
        raise ArgumentTypeError(
            f"a label is an int, not {label!r}: for targets that are Values use "
            "categorical_crossentropy with one for each class"
        )
    number = to_float(label, "a label")
    if not 0.0 <= number < classes or number != int(number):
        raise ArgumentError(
            f"a label of {classes} classes is a whole number from 0 to {classes - 1}, "
            f"not {label!r}"
        )
    return int(number)


def total(terms: Iterable[Value]) -> Value:
    """The sum: one node, or the term itself when there is only one."""
    each = list(terms)
    return each[0] if len(each) == 1 else leaf_or_value(sum(each), "a loss")


def mean(terms: Iterable[Value]) -> Value:
    """The mean: a sum and a division, or the term itself when there is only one."""
    each = list(terms)
    return each[0] if len(each) == 1 else total(each) / float(len(each))


def _listed(y: Any) -> list[Any]:
    if isinstance(y, (Value, str)) or not hasattr(y, "__iter__"):
        return [y]
    if getattr(y, "ndim", 1) != 1:
        return [y.item()] if not y.ndim else _refuse_array(y)
    return y.tolist() if hasattr(y, "tolist") else list(y)


def _refuse_array(y: Any) -> list[Any]:
    raise ShapeError(
        f"a loss takes one sample at a time, not an array of shape {tuple(y.shape)}: "
        "loop over the rows, and take the mean"
    )


def _counted(things: list[Any], word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"
