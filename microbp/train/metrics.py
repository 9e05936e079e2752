"""Metrics of one sample: what people read, where a loss is what a computer minimises.

Map: `accuracy` is 1.0 or 0.0; the mean over samples is the share that is right.
"""

from __future__ import annotations

from microbp.train.samples import as_label, as_outputs, as_pairs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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
