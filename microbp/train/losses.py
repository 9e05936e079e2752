"""Losses of one sample, by their Keras names: (y_true, y_pred) to a Value.

`y_true` is a number or a sequence of numbers, `y_pred` a Value or a list of Values, of
the same length. Where there are several outputs, a loss is their mean, as in Keras. A
loss of a batch is the mean over its samples, and none of the business of this file.

Targets may be Values too, where a loss is recorded before the targets are known. So no
loss looks at the number of a Value.

Map: regression `mean_squared_error mean_absolute_error huber log_cosh`; two classes
`hinge binary_crossentropy`; many classes `categorical_crossentropy
sparse_categorical_crossentropy` (those three are in `crossentropy.py`); `get` by name.
"""

from __future__ import annotations

import math

from microbp.errors import ArgumentError, ArgumentTypeError, ChoiceError
from microbp.train.crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from microbp.train.samples import as_pairs, as_side, mean

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from microbp.engine.value import Value

    Loss: TypeAlias = Callable[..., Value]

LOG_2 = math.log(2.0)


def mean_squared_error(y_true: Any, y_pred: Any) -> Value:
    """The mean of (y_pred - y_true)².

    Args:
        y_true: The targets, a number or `(n,)`.
        y_pred: The outputs, a Value or `(n,)`.

    Raises:
        ShapeError: They differ in length.

    Example:
        >>> from microbp import Value
        >>> from microbp.train.losses import mean_squared_error
        >>> mean_squared_error([0.0, 1.0], [Value(1.0), Value(3.0)]).data
        2.5
    """
    return mean((p - t) ** 2 for t, p in as_pairs(y_true, y_pred))


def mean_absolute_error(y_true: Any, y_pred: Any) -> Value:
    """The mean of |y_pred - y_true|; its derivative is 0 where they are equal.

    Args:
        y_true: The targets, a number or `(n,)`.
        y_pred: The outputs, a Value or `(n,)`.

    Raises:
        ShapeError: They differ in length.

    Example:
        >>> from microbp import Value
        >>> from microbp.train.losses import mean_absolute_error
        >>> mean_absolute_error([0.0, 1.0], [Value(1.0), Value(-2.0)]).data
        2.0
    """
    return mean(abs(p - t) for t, p in as_pairs(y_true, y_pred))


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Value:
    """The mean of e²/2 up to |e| = delta, and of a straight line beyond.

    With q = min(|e|, delta) that is q·(|e| - q/2), and needs no case distinction.

    Source: P. J. Huber, "Robust Estimation of a Location Parameter", 1964,
    https://doi.org/10.1214/aoms/1177703732

    Args:
        y_true: The targets, a number or `(n,)`.
        y_pred: The outputs, a Value or `(n,)`.
        delta: Where the parabola ends.

    Raises:
        ShapeError: The targets and the outputs differ in length.
        ArgumentError: delta is not positive.

    Example:
        >>> from microbp import Value
        >>> from microbp.train.losses import huber
        >>> huber(0.0, Value(0.5)).data, huber(0.0, Value(3.0)).data
        (0.125, 2.5)
    """
    if not delta > 0.0:
        raise ArgumentError(f"delta is more than 0, not {delta!r}")
    errors = [abs(p - t) for t, p in as_pairs(y_true, y_pred)]
    return mean((q := e.minimum(delta)) * (e - 0.5 * q) for e in errors)


def log_cosh(y_true: Any, y_pred: Any) -> Value:
    """The mean of log(cosh(y_pred - y_true)): e²/2 when small, |e| - log 2 when large.

    Computed as e + softplus(-2e) - log 2, in which nothing overflows.

    Args:
        y_true: The targets, a number or `(n,)`.
        y_pred: The outputs, a Value or `(n,)`.

    Raises:
        ShapeError: They differ in length.

    Example:
        >>> from microbp import Value
        >>> from microbp.train.losses import log_cosh
        >>> round(log_cosh(0.0, Value(1000.0)).data, 4)
        999.3069
    """
    errors = [p - t for t, p in as_pairs(y_true, y_pred)]
    return mean(e + (-2.0 * e).softplus() - LOG_2 for e in errors)


def hinge(y_true: Any, y_pred: Any) -> Value:
    """The mean of max(0, 1 - t·y_pred), for targets t of -1 and 1.

    A target of 0 counts as -1, as in Keras.

    Args:
        y_true: The targets, a number or `(n,)`.
        y_pred: The outputs, a Value or `(n,)`.

    Raises:
        ShapeError: They differ in length.
        ArgumentError: A target is none of -1, 0 and 1.

    Example:
        >>> from microbp import Value
        >>> from microbp.train.losses import hinge
        >>> hinge(-1, Value(0.25)).data
        1.25
    """
    pairs = as_pairs(y_true, y_pred)
    return mean((1.0 - as_side(t) * p).relu() for t, p in pairs)


LOSSES: dict[str, Loss] = {
    loss.__name__: loss
    for loss in (
        *(mean_squared_error, mean_absolute_error, huber, log_cosh),
        *(binary_crossentropy, hinge),
        *(categorical_crossentropy, sparse_categorical_crossentropy),
    )
}
SHORT = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "bce": "binary_crossentropy",
    "logcosh": "log_cosh",
}


def get(loss: Any) -> Loss:
    """The loss of that name; a function is returned as it is.

    Args:
        loss: A name, in full or as Keras shortens it ("mse", "mae", "bce"), or a
            function of `y_true` and `y_pred`.

    Raises:
        ChoiceError: There is no loss of that name.
        ArgumentTypeError: It is neither a name nor a function.

    Example:
        >>> from microbp.train import losses
        >>> losses.get("mse").__name__
        'mean_squared_error'
    """
    if callable(loss):
        return loss  # type: ignore[no-any-return]
    if not isinstance(loss, str):
        raise ArgumentTypeError(
            "loss is a name such as 'mean_squared_error' or a function "
            f"(y_true, y_pred), not {type(loss).__name__} {loss!r}"
        )
    name = SHORT.get(loss.lower(), loss)
    if name not in LOSSES:
        raise ChoiceError("loss", loss, [*LOSSES, *SHORT])
    return LOSSES[name]
