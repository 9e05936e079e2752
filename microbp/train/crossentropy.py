"""Crossentropies: the losses of probabilities.

The logarithms are exact where they can be. An output that came out of `softmax` is
exp(log p), and one of `sigmoid` was made from its logit, so the losses take log p and
the logit from the graph: log(exp(-1000)) would be -inf. Other probabilities are raised
to at least 1e-7 first, as in Keras.

Map: `binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy`.
"""

from __future__ import annotations

from microbp.engine.functions import log_softmax, logsumexp
from microbp.engine.operations import OPERATIONS
from microbp.errors import ShapeError
from microbp.train.samples import (
    as_label,
    as_outputs,
    as_pairs,
    as_probability,
    mean,
    total,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from microbp.engine.value import Value

SMALLEST = 1e-7  # the smallest probability whose logarithm is taken; Keras's epsilon


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
    return mean(
        _two_classes(as_probability(t), p, from_logits)
        for t, p in as_pairs(y_true, y_pred)
    )


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
    # A class with target 0 is left out: it would add nothing, or
    # nan where log p is -inf.
    targets = [as_probability(t) for t, p in pairs]
    terms = [
        log if t == 1.0 else t * log
        for t, log in zip(targets, logs, strict=True)
        if t != 0.0
    ]
    return -total(terms)


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
        return logsumexp(outputs) - outputs[which]  # type: ignore[no-any-return]
    return -_logarithms(outputs)[which]


def _two_classes(t: Any, p: Value, from_logits: bool) -> Value:
    """A target of 1 or 0 has one of the two terms in its graph, not both."""
    if t == 1.0 or t == 0.0:
        return _cost(p, bool(t), from_logits)
    return total(
        [t * _cost(p, True, from_logits), (1.0 - t) * _cost(p, False, from_logits)]
    )


def _cost(p: Value, yes: bool, from_logits: bool) -> Value:
    """-log p, or of its opposite -log(1 - p)."""
    if from_logits or _made_by("sigmoid", p):
        z = p if from_logits else p.parents[0]
        return (-z if yes else z).softplus()  # type: ignore[no-any-return]
    return -_logarithm(p if yes else 1.0 - p)


def _made_by(name: str, v: Value) -> bool:
    """Is it a result of that row? A node built by hand may bear the name of one."""
    return v.operation is OPERATIONS[name]


def _logarithms(p: list[Value]) -> list[Value]:
    """Log p of each class: from the graph if p came out of a softmax."""
    logs = [each.parents[0] if _made_by("exp", each) else each for each in p]
    return logs if _is_log_softmax(logs) else [_logarithm(each) for each in p]


def _is_log_softmax(logs: list[Value]) -> bool:
    """Is each x_i - logsumexp(x)?"""
    if not all(_made_by("-", each) for each in logs):
        return False
    x = tuple([each.parents[0] for each in logs])
    shifts = {each.parents[1] for each in logs}
    return len(shifts) == 1 and all(
        _made_by("logsumexp", s) and s.parents == x for s in shifts
    )


def _logarithm(p: Value) -> Value:
    return p.maximum(SMALLEST).log()  # type: ignore[no-any-return]
