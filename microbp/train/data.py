"""Samples and targets as arrays, checked before anything is computed.

Map: `as_samples` is X; `as_targets` is y, a column for each target of the loss.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbp.errors import ArgumentError, NumberError, ShapeError

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    Array = NDArray[Any]


def as_samples(X: Any, columns: int, dtype: Any, name: str = "X") -> Array:
    """The samples, `(n, columns)`, all of them finite.

    Args:
        X: `(n, columns)`; `(n,)` where there is one column.
        columns: How many inputs the model has.
        dtype: Of the result.
        name: For the message.

    Raises:
        ShapeError: X has another shape, or no rows.
        NumberError: X does not hold real numbers.
        ArgumentError: A number is nan or infinite.
    """
    array = _numbers(X, name)
    if array.ndim == 1 and columns == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[1] != columns:
        raise ShapeError(
            f"{name} has a row for each sample and {columns} columns, one for each "
            f"input of the model, not the shape {array.shape}"
        )
    if not len(array):
        raise ShapeError(f"{name} has no rows: give at least one sample")
    return _finite(array, name).astype(dtype, copy=False)


def as_targets(
    y: Any, rows: int, outputs: int, loss: str, dtype: Any, name: str = "y"
) -> Array:
    """The targets of a loss, `(rows, outputs)`.

    Labels that count classes become a 1 in the column of their class; for hinge, 0
    becomes -1.

    Args:
        y: `(rows,)` or `(rows, outputs)`.
        rows: How many samples there are.
        outputs: How many outputs the model has.
        loss: The name of the loss, `""` for one of the user's.
        dtype: Of the result.
        name: For the message.

    Raises:
        ShapeError: y has another shape.
        NumberError: y does not hold real numbers.
        ArgumentError: A number is nan or infinite, or none that this loss allows.
    """
    array = _numbers(y, name)
    if array.shape[:1] != (rows,):
        raise ShapeError(
            f"{name} has a target for each of the {rows} samples, not the shape "
            f"{array.shape}"
        )
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    _finite(array, name)
    if loss == "sparse_categorical_crossentropy":
        return _one_of(array, outputs, name).astype(dtype)
    if outputs == 1 and array.ndim == 1:
        array = array[:, None]
    if array.shape != (rows, outputs):
        advice = "give one for each"
        if array.ndim == 1:
            advice = "labels that count classes need sparse_categorical_crossentropy"
        raise ShapeError(
            f"{name} of shape {array.shape} does not fit a model with {outputs} "
            f"outputs: {advice}"
        )
    if loss in ("binary_crossentropy", "categorical_crossentropy"):
        _allow(array, (array >= 0) & (array <= 1), f"{loss} are from 0 to 1", name)
    if loss == "hinge":
        allowed = (array == -1) | (array == 0) | (array == 1)
        _allow(array, allowed, "hinge are -1 and 1 (or 0 for -1)", name)
        array = np.where(array == 0, -1, array)
    return array.astype(dtype)


def _one_of(labels: Array, classes: int, name: str) -> Array:
    if labels.ndim != 1:
        raise ShapeError(
            f"{name} has one label for each sample, not the shape {labels.shape}: for "
            "a target for each class use categorical_crossentropy"
        )
    allowed = (labels >= 0) & (labels < classes) & (labels == np.floor(labels))
    what = f"a model with {classes} outputs are whole numbers from 0 to {classes - 1}"
    _allow(labels, allowed, what, name)
    columns: Array = np.arange(classes) == labels[:, None]
    return columns


def _allow(array: Array, allowed: Array, what: str, name: str) -> None:
    if not allowed.all():
        place = tuple(map(int, np.argwhere(~allowed)[0]))
        raise ArgumentError(
            f"targets of {what}, and {name}[{', '.join(map(str, place))}] is "
            f"{array[place].item()!r}"
        )


def _numbers(x: Any, name: str) -> Array:
    try:
        array = np.asarray(x)
    except ValueError:
        raise ShapeError(
            f"the rows of {name} differ in length: give each row as many numbers"
        ) from None
    if array.dtype.kind == "O":
        try:
            array = array.astype(float)
        except (TypeError, ValueError):
            array = np.asarray(x)
    if array.dtype.kind not in "biuf":
        raise NumberError(
            f"{name} is an array of real numbers, not of {array.dtype}: convert it "
            "with .astype(float) first"
        )
    return array


def _finite(array: Array, name: str) -> Array:
    # A sum is nan or infinite if one of its terms is, and needs no second array.
    if array.dtype.kind != "f" or np.isfinite(array.sum(dtype=float)):
        return array
    if not np.isfinite(array).all():
        place = tuple(map(int, np.argwhere(~np.isfinite(array))[0]))
        raise ArgumentError(
            f"{name}[{', '.join(map(str, place))}] is {array[place].item()!r}: replace "
            "or leave out what is not a finite number"
        )
    return array
