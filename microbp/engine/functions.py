"""Operations as functions, and sums over many Values.

Map: `function` makes `exp(v)` out of a row, `operation` adds a row; `sum dot logsumexp`
make one node from any number of operands; `softmax log_softmax` are built from them.
"""

from __future__ import annotations

from microbp.engine.operations import OPERATIONS, Operation
from microbp.engine.value import Value, add_up, apply, compiled, publish
from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    EmptyGraphError,
    NumberError,
    ShapeError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


def function(operation: Operation) -> Callable[..., Any]:
    """The function of a row: of Values a Value, of numbers a float, of arrays an array.

    Example:
        >>> from microbp import Value, exp, maximum
        >>> exp(Value(0.0))
        Value(data=1.0, grad=0.0)
        >>> exp(0.0)
        1.0
        >>> maximum(Value(2.0), 3).local_grads
        (0.0, 1.0)
    """

    def call(*operands: Any) -> Any:
        if any(getattr(x, "is_symbol", False) for x in operands):
            return operation.value(*operation.completed(operands))  # in another row
        if any(getattr(x, "ndim", 0) for x in operands):
            return _on_arrays(operation, operands)
        node = apply(operation, *operands)
        return node if any(isinstance(x, Value) for x in operands) else node.data

    call.__name__ = call.__qualname__ = operation.name
    note = operation.note and f"Convention: {operation.note}."
    call.__doc__ = f"`{operation.written}`. {note}".strip()
    return call


def operation(
    name: str,
    value: Callable[..., Any],
    derivatives: Callable[..., Any],
    *,
    notation: str = "",
    note: str = "",
) -> Callable[..., Any]:
    """Add an operation: from then on everything knows it, as if it stood in the table.

    Scalars, arrays, higher derivatives, `lift`, `explain`, pictures and pages read the
    same two functions. They are written with `+ - * / **`, comparisons, and functions
    of microbp such as `microbp.exp`; to choose, use `microbp.engine.functional.where`.

    Args:
        name: A name for it, which `Value.op` says; `v.name()` and `microbp.name(v)`
            work at once.
        value: The operands to the result.
        derivatives: The result and the operands to d result / d operand: a tuple with
            one for each, or the one if there is one operand.
        notation: How it is written, `{0}` and `{1}` the operands; by default
            `name({0}, {1})`.
        note: What was decided where mathematics leaves a choice.

    Returns:
        The function.

    Raises:
        ArgumentError: The name is taken, or no name; or the two functions do not fit
            together.

    Example:
        >>> import microbp
        >>> from microbp import Value
        >>> softsign = microbp.operation(
        ...     "softsign", lambda x: x / (1.0 + abs(x)),
        ...     lambda out, x: 1.0 / (1.0 + abs(x)) ** 2.0)
        >>> x = Value(3.0, label="x")
        >>> y = softsign(x)
        >>> y.backward()
        >>> y.data, x.grad, x.softsign().op
        (0.75, 0.0625, 'softsign')
    """
    from inspect import signature

    if not isinstance(name, str) or not name.isidentifier() or hasattr(Value, name):
        raise ArgumentError(
            f"an operation is called by a new name such as 'softsign', not {name!r}: "
            "Values have that name for something else, or it is none"
        )
    arity = len(signature(value).parameters)
    places = ", ".join(f"{{{k}}}" for k in range(arity))

    def slopes(out: Any, *operands: Any) -> tuple[Any, ...]:
        found = derivatives(out, *operands)
        return found if isinstance(found, tuple) else (found,)

    point = [0.5 + 0.25 * k for k in range(arity)]
    try:
        count = len(slopes(value(*point), *point))
    except TypeError as error:
        raise ArgumentError(
            f"derivatives of {name!r} takes the result and the {arity} operands, and "
            f"numbers have to do for all of them: {error}"
        ) from error
    if arity == 0 or count != arity:
        raise ArgumentError(
            f"{name!r} takes {arity} operands and derivatives gives {count} numbers: "
            "there is one for each operand, and one operand at least"
        )
    row = Operation(name, notation or f"{name}({places})", value, slopes, note)
    if not compiled:  # compiled Values look it up in the table
        publish(row)
    return function(row)


def _on_arrays(operation: Operation, operands: tuple[Any, ...]) -> Any:
    import numpy as np

    operands = operation.completed(operands)
    arrays = [np.asarray(x) for x in operands]
    if any(array.dtype == object for array in arrays):
        each = np.frompyfunc(function(operation), len(arrays), 1)
        return each(*arrays)
    for array in arrays:
        if array.dtype.kind not in "biuf":
            raise NumberError(
                f"{operation.name} takes arrays of real numbers or of Values, not of "
                f"{array.dtype}: convert them with .astype(float) first"
            )
    with np.errstate(all="ignore"):
        return operation.value(*(array.astype(float) for array in arrays))


def sum(values: Iterable[Any], start: Any = None) -> Any:
    """The sum of many Values as one node, added from left to right; 0.0 for none.

    Args:
        values: Values and numbers.
        start: A first term, as Python's own `sum` takes one.

    Returns:
        A Value; a float if there was no Value.

    Example:
        >>> import microbp
        >>> a, b = microbp.Value(1.0), microbp.Value(2.0)
        >>> s = microbp.sum([a, b, 3.0])
        >>> s.data, s.op, len(s.parents)
        (6.0, 'sum', 3)
    """
    terms = _listed(values, "sum")
    if start is not None:
        terms = [start, *terms]
    if terms and all(isinstance(x, Value) for x in terms):
        return add_up(terms)
    return _of_many("sum", terms)


def dot(x: Iterable[Any], y: Iterable[Any]) -> Any:
    """x1*y1 + ... + xn*yn as one node.

    Args:
        x: n Values or numbers.
        y: As many.

    Raises:
        ShapeError: x and y have different lengths.

    Example:
        >>> from microbp import Value, dot
        >>> w = [Value(1.0), Value(2.0)]
        >>> dot(w, [3.0, 4.0]).data
        11.0
    """
    left, right = _listed(x, "dot"), _listed(y, "dot")
    if len(left) != len(right):
        raise ShapeError(
            f"dot takes two sequences of one length, not {len(left)} and {len(right)} "
            "operands: give each x its y"
        )
    return _of_many("dot", [*left, *right])


def logsumexp(values: Iterable[Any]) -> Any:
    """log(exp(x1) + ... + exp(xn)) as one node, without overflow.

    Raises:
        EmptyGraphError: There are no values.

    Example:
        >>> from microbp import Value, logsumexp
        >>> logsumexp([Value(1000.0), Value(1000.0)]).data
        1000.6931471805599
    """
    return _of_many("logsumexp", _listed(values, "logsumexp", at_least=1))


def log_softmax(values: Iterable[Any]) -> list[Any]:
    """The logarithms of the softmax, x_i - logsumexp(x): n Values, in order."""
    x = _listed(values, "log_softmax", at_least=1)
    shift = logsumexp(x)
    return [each - shift for each in x]


def softmax(values: Iterable[Any]) -> list[Any]:
    """exp(x_i) / (exp(x1) + ... + exp(xn)): n Values that sum to 1, in order.

    Computed as exp(log_softmax), which cannot overflow, and which leaves the logarithm
    of each probability in the graph for a loss to use.

    Example:
        >>> from microbp import Value, softmax
        >>> [p.data for p in softmax([Value(0.0), Value(0.0)])]
        [0.5, 0.5]
    """
    exp = function(OPERATIONS["exp"])
    return [exp(each) for each in log_softmax(values)]


def _of_many(name: str, operands: list[Any]) -> Any:
    node = apply(OPERATIONS[name], *operands)
    return node if any(isinstance(x, Value) for x in operands) else node.data


def _listed(values: Iterable[Any], name: str, at_least: int = 0) -> list[Any]:
    if isinstance(values, (Value, str)) or not hasattr(values, "__iter__"):
        raise ArgumentTypeError(
            f"{name} takes a sequence of Values, not {values!r}: write {name}([...])"
        )
    result = list(values)
    if len(result) < at_least:
        raise EmptyGraphError(f"{name} of no values is undefined: give at least one")
    return result
