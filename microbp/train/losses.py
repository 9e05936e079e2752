"""Losses of one sample, by their Keras names: (y_true, y_pred) to a Value.

`y_true` is a number or a sequence of numbers, `y_pred` a Value or a list of Values, of
the same length. Where there are several outputs, a loss is their mean, as in Keras. A
loss of a batch is the mean over its samples, and none of the business of this file.

The logarithms are exact where they can be. An output that came out of `softmax` is
exp(log p), and one of `sigmoid` was made from its logit, so the losses take log p and
the logit from the graph: log(exp(-1000)) would be -inf. Other probabilities are raised
to at least 1e-7 first, as in Keras.

Targets may be Values too, where a loss is recorded before the targets are known. So no
loss here looks at the number of a Value.

Map: regression `mean_squared_error mean_absolute_error huber log_cosh`; two classes
`binary_crossentropy hinge`; many classes `categorical_crossentropy
sparse_categorical_crossentropy`; `get` by name.
"""

from __future__ import annotations

import math

from microbp.engine.functions import log_softmax, logsumexp, sum
from microbp.engine.value import leaf_or_value
from microbp.errors import ArgumentError, ArgumentTypeError, ChoiceError, ShapeError
from microbp.train.samples import (
    as_label,
    as_outputs,
    as_pairs,
    as_probability,
    as_side,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from microbp.engine.value import Value

    Loss = Callable[..., Value]

SMALLEST = 1e-7  # the smallest probability whose logarithm is taken; Keras's epsilon
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
    return _mean((p - t) ** 2 for t, p in as_pairs(y_true, y_pred))


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
    return _mean(abs(p - t) for t, p in as_pairs(y_true, y_pred))


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
    return _mean((q := e.minimum(delta)) * (e - 0.5 * q) for e in errors)


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
    return _mean(e + (-2.0 * e).softplus() - LOG_2 for e in errors)


def binary_crossentropy(y_true: Any, y_pred: Any, from_logits: bool = False) -> Value:
    """The mean of -(t·log p + (1 - t)·log(1 - p)).

    Of a logit z it is t·softplus(-z) + (1 - t)·softplus(z), which cannot overflow.

    Args:
        y_true: The targets, 0 or 1 or in between: a number or `(n,)`.
        y_pred: The probabilities, a Value or `(n,)`.
        from_logits: Are they logits, which a sigmoid would make into probabilities?

    Raises:
        ShapeError: The targets and the outputs differ in length.
        ArgumentError: A target is not between 0 and 1.

    Example:
        >>> from microbp import Value
        >>> from microbp.train.losses import binary_crossentropy
        >>> binary_crossentropy(1, Value(-1000.0).sigmoid()).data
        1000.0
    """
    return _mean(
        _two_classes(as_probability(t), p, from_logits) for t, p in as_pairs(y_true, y_pred)
    )


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
    return _mean((1.0 - as_side(t) * p).relu() for t, p in pairs)


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False
) -> Value:
    """-(t1·log p1 + ... + tn·log pn), the sum over n classes.

    Args:
        y_true: The target of each class, `(n,)`: one is 1 and the others 0, or
            probabilities.
        y_pred: The probabilities, `(n,)`.
        from_logits: Are they logits, which softmax would make into probabilities?

    Raises:
        ShapeError: The targets and the outputs differ in length.
        ArgumentError: A target is not between 0 and 1.

    Example:
        >>> from microbp import Value, softmax
        >>> from microbp.train.losses import categorical_crossentropy
        >>> p = softmax([Value(0.0), Value(1000.0)])
        >>> categorical_crossentropy([1, 0], p).data
        1000.0
    """
    pairs = as_pairs(y_true, y_pred, of_classes=True)
    outputs = [p for t, p in pairs]
    logs = log_softmax(outputs) if from_logits else _logarithms(outputs)
    # A class with target 0 is left out: it would add nothing, or nan where log p is -inf.
    targets = [as_probability(t) for t, p in pairs]
    terms = [
        log if t == 1.0 else t * log
        for t, log in zip(targets, logs, strict=True)
        if t != 0.0
    ]
    return -_total(terms)


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False
) -> Value:
    """-log p of the class that was meant.

    Args:
        y_true: Which one: an int from 0 to n - 1.
        y_pred: The probabilities of n classes, `(n,)`.
        from_logits: Are they logits, which softmax would make into probabilities?

    Raises:
        ArgumentError: y_true is not a whole number from 0 to n - 1.
        ShapeError: There are fewer than two outputs.

    Example:
        >>> from microbp import Value
        >>> from microbp.train.losses import sparse_categorical_crossentropy
        >>> z = [Value(0.0), Value(0.0)]
        >>> sparse_categorical_crossentropy(1, z, from_logits=True).data
        0.6931471805599453
        >>> sparse_categorical_crossentropy(2, z, from_logits=True)
        Traceback (most recent call last):
        ...
        microbp.errors.ArgumentError: a label of 2 classes is a whole number from 0 \
to 1, not 2
    """
    outputs = as_outputs(y_pred)
    if len(outputs) < 2:
        raise ShapeError(
            "sparse_categorical_crossentropy needs an output for each class, not "
            f"{len(outputs)}: use binary_crossentropy for one output"
        )
    which = as_label(y_true, len(outputs))
    if from_logits:
        return logsumexp(outputs) - outputs[which]
    return -_logarithms(outputs)[which]


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


def _mean(terms: Iterable[Value]) -> Value:
    each = list(terms)
    return each[0] if len(each) == 1 else _total(each) / len(each)


def _total(terms: list[Value]) -> Value:
    if len(terms) == 1:
        return terms[0]
    return leaf_or_value(sum(terms), "a loss")


def _two_classes(t: Any, p: Value, from_logits: bool) -> Value:
    if from_logits or p.op == "sigmoid":
        z = p if from_logits else p.parents[0]  # see the head of this file
        yes, no = (-z).softplus, z.softplus
    else:
        yes, no = _minus_log(p), _minus_log(1.0 - p)
