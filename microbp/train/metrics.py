"""Metrics: what people read, where a loss is what a computer minimises.

Each takes all samples at once, targets and outputs as arrays `(n, outputs)`, and tells
one number for each sample; the mean is what a history shows.

Map: `binary_accuracy categorical_accuracy` (and their like), `mean_absolute_error
mean_squared_error`; `get` by name; `accuracy` is of one sample, of Values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.errors import ArgumentTypeError, ChoiceError
from microbp.train.samples import as_label, as_outputs, as_pairs

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from numpy.typing import NDArray

    Array = NDArray[Any]
    Metric: TypeAlias = Callable[[Array, Array], Array]


def accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> float:
    """1.0 if the class that the output speaks for is the one that was meant, else 0.0.

    With one output the class is whether it lies above the threshold; with several it is
    the place of the largest, the first in a tie.

    Args:
        y_true: 0 or 1 for one output; the number of a class for several, or a target
            for each, `(n,)`, of which the largest counts.
        y_pred: The output, a Value or `(n,)`.
        threshold: What an output of class 1 lies above; 0.0 for logits.

    Raises:
        ArgumentError: There is no such class.
        ShapeError: The targets and the outputs differ in length.

    Example:
        >>> from microbp import Value
        >>> from microbp.train.metrics import accuracy
        >>> accuracy(1, Value(0.7)), accuracy(2, [Value(0.1), Value(0.8), Value(0.1)])
        (1.0, 0.0)
    """
    outputs = [p.data for p in as_outputs(y_pred)]
    if any(output != output for output in outputs):
        return 0.0  # nan is never right
    if len(outputs) == 1:
        return float(as_label(y_true, 2) == (outputs[0] > threshold))
    if hasattr(y_true, "__len__") and len(y_true) > 1:
        targets = [float(t) for t, p in as_pairs(y_true, y_pred)]
        label = targets.index(max(targets))
    else:
        label = as_label(y_true, len(outputs))
    return float(label == outputs.index(max(outputs)))


def binary_accuracy(targets: Array, outputs: Array) -> Array:
    """1 where an output is on the side of its target: above one half, or not.

    Targets of -1 and 1 (hinge) are divided at 0.

    Example:
        >>> import numpy as np
        >>> from microbp.train.metrics import binary_accuracy
        >>> binary_accuracy(np.array([[1.0], [0.0]]), np.array([[0.7], [0.7]]))
        array([1., 0.])
    """
    border = 0.0 if (targets < 0).any() else 0.5
    right = ((outputs > border) == (targets > border)) & (outputs == outputs)
    return right.mean(axis=1)  # type: ignore[no-any-return]


def categorical_accuracy(targets: Array, outputs: Array) -> Array:
    """1 where the largest output is that of the class that was meant.

    Example:
        >>> import numpy as np
        >>> from microbp.train.metrics import categorical_accuracy
        >>> categorical_accuracy(np.eye(2), np.array([[0.9, 0.1], [0.8, 0.2]]))
        array([1., 0.])
    """
    right = targets.argmax(axis=1) == outputs.argmax(axis=1)
    right &= (outputs == outputs).all(axis=1)  # nan is never right
    return right.astype(float)  # type: ignore[no-any-return]


def top_k_categorical_accuracy(targets: Array, outputs: Array, k: int = 5) -> Array:
    """1 where the class that was meant is among the k largest outputs."""
    meant = targets.argmax(axis=1)
    own = outputs[range(len(outputs)), meant][:, None]
    return ((outputs > own).sum(axis=1) < k).astype(float)  # type: ignore[no-any-return]


def mean_absolute_error(targets: Array, outputs: Array) -> Array:
    """The mean distance of the outputs from their targets."""
    return abs(outputs - targets).mean(axis=1)  # type: ignore[no-any-return]


def mean_squared_error(targets: Array, outputs: Array) -> Array:
    """The mean squared distance of the outputs from their targets."""
    return ((outputs - targets) ** 2).mean(axis=1)  # type: ignore[no-any-return]


METRICS: dict[str, Metric] = {
    "binary_accuracy": binary_accuracy,
    "categorical_accuracy": categorical_accuracy,
    "mean_absolute_error": mean_absolute_error,
    "mean_squared_error": mean_squared_error,
    "sparse_categorical_accuracy": categorical_accuracy,
    "top_k_categorical_accuracy": top_k_categorical_accuracy,
}
SHORT = {
    "mae": "mean_absolute_error",
    "mse": "mean_squared_error",
}


def get(metric: Any, outputs: int) -> tuple[str, Metric]:
    """A metric and its name in a history.

    Args:
        metric: A name, or a function of targets and outputs, `(n, outputs)` each, to
            a number for each sample. "accuracy" is binary for one output.
        outputs: How many the model has.

    Raises:
        ChoiceError: There is no metric of that name.
        ArgumentTypeError: It is neither a name nor a function.
    """
    if callable(metric):
        return getattr(metric, "__name__", "metric"), metric
    if not isinstance(metric, str):
        raise ArgumentTypeError(
            "a metric is a name such as 'accuracy' or a function of targets and "
            f"outputs, not {type(metric).__name__} {metric!r}"
        )
    if metric in ("accuracy", "acc"):
        return metric, binary_accuracy if outputs == 1 else categorical_accuracy
    name = SHORT.get(metric.lower(), metric)
    if name not in METRICS:
        raise ChoiceError("metric", metric, ["accuracy", *METRICS, *SHORT])
    return metric, METRICS[name]
