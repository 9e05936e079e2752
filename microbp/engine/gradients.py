"""Derivatives that are graphs: of any order, in reverse and in forward mode.

Both modes apply the same chain rule. Reverse mode goes from the result to everything it
depends on, and is what training needs: one result, many parameters. Forward mode goes
along with the computation, and asks how everything moves when the leaves move in one
direction. The local derivatives are computed from the rows of the operation table, with
Values in place of numbers, so the derivative is a graph that can be differentiated.

Map: `grad` is reverse mode, `jvp` forward mode, `hessian` one over the other;
`_slopes` is a row on Values.
"""

from __future__ import annotations

from microbp.engine.backward import walk
from microbp.engine.value import Value, leaf
from microbp.errors import ArgumentError, ArgumentTypeError, ShapeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def grad(y: Value, x: Any) -> Any:
    """The gradient of y as Values, which can be drawn, explained, differentiated again.

    Every local derivative is computed from the operation's row with Values in place of
    numbers, so the result is a graph like any other. No `.grad` is read or changed.

    Args:
        y: What is differentiated.
        x: By what: a Value, or a list of them.

    Returns:
        dy/dx: a Value, or a list of Values if x is a list; 0.0 where y does not depend
        on x.

    Raises:
        ArgumentTypeError: y or x is something else.
        ArgumentError: y depends on x through a node that was built by hand, whose
            formula is not known.

    Example:
        >>> from microbp import Value, grad
        >>> x = Value(2.0, label="x")
        >>> y = x**3
        >>> slope = grad(y, x)
        >>> slope.data, grad(slope, x).data
        (12.0, 12.0)
    """
    single = isinstance(x, Value)
    by = [x] if single else list(x)
    _check(y, by)
    nodes = walk([y])
    depends = set(by)
    for node in nodes:
        if not depends.isdisjoint(node.parents):
            depends.add(node)
    gradient: dict[Value, Any] = {y: 1.0}
    for node in reversed(nodes):
        if node not in depends or node not in gradient or not node.parents:
            continue
        for p, local in zip(node.parents, _slopes(node), strict=True):
            if p in depends:
                term = _times(gradient[node], local)
                gradient[p] = gradient[p] + term if p in gradient else term
    results = []
    old = set(nodes)
    for value in by:
        result = _as_value(gradient.get(value, 0.0))
        if result not in old and y.label and value.label:
            what = f"({y.label})" if "/" in y.label else y.label
            result.label = f"∂{what}/∂{value.label}"
        results.append(result)
    return results[0] if single else results


def jvp(y: Any, x: Any, tangent: Any) -> Any:
    """How y moves when x moves in a direction: forward mode, a Jacobian times a vector.

    Source: R. Wengert, "A simple automatic derivative evaluation program",
    Communications of the ACM 7, 1964.

    Args:
        y: What is differentiated, a Value that depends on x; or a function of as many
            Values as there are in x.
        x: A Value or a list of Values; numbers too, if y is a function.
        tangent: The direction: a number for each of x.

    Returns:
        The derivative of y along the direction, a Value; if y is a function, a pair of
        its result and that.

    Raises:
        ShapeError: There is not one number for each of x.
        ArgumentTypeError: y or x is something else.
        ArgumentError: y depends on x through a node that was built by hand.

    Example:
        >>> from microbp import Value, jvp
        >>> a, b = Value(2.0), Value(3.0)
        >>> jvp(a * a * b, [a, b], [1.0, 0.0]).data    # d(a²b)/da = 2ab
        12.0
        >>> result, slope = jvp(lambda a: a.exp(), 0.0, 1.0)
        >>> result.data, slope.data
        (1.0, 1.0)
    """
    if callable(y) and not isinstance(y, Value):
        x = _as_values(x)
        result = y(*x)
        return result, jvp(result, x, tangent)
    by = [x] if isinstance(x, Value) else list(x)
    _check(y, by)
    directions = list(tangent) if hasattr(tangent, "__iter__") else [tangent]
    if len(directions) != len(by):
        raise ShapeError(
            f"jvp takes a direction with a number for each of the {len(by)} Values, "
            f"not {len(directions)}"
        )
    moves: dict[Value, Any] = {}
    for value, direction in zip(by, directions, strict=True):
        step = direction if isinstance(direction, Value) else float(direction)
        moves[value] = moves[value] + step if value in moves else step
    for node in walk([y]):
        if node in moves or moves.keys().isdisjoint(node.parents):
            continue
        total: Any = None
        for p, local in zip(node.parents, _slopes(node), strict=True):
            if p in moves:
                term = _times(local, moves[p])
                total = term if total is None else total + term
        moves[node] = total
    return _as_value(moves.get(y, 0.0))


def hessian(y: Any, x: Any) -> list[list[Value]]:
    """The second derivatives of y: d²y / dx_i dx_j, each a Value.

    Args:
        y: A Value that depends on x; or a function of as many Values as are in x.
        x: A list of n Values; numbers too, if y is a function.

    Returns:
        Rows of Values, `(n, n)`; symmetric up to rounding.

    Raises:
        ArgumentTypeError: y or x is something else.
        ArgumentError: y depends on x through a node that was built by hand.

    Example:
        >>> from microbp import hessian
        >>> H = hessian(lambda a, b: a**2 * b, [2.0, 3.0])
        >>> [[value.data for value in row] for row in H]
        [[6.0, 4.0], [4.0, 0.0]]
    """
    if callable(y) and not isinstance(y, Value):
        x = _as_values(x)
        y = y(*x)
    by = [x] if isinstance(x, Value) else list(x)
    return [grad(slope, by) for slope in grad(y, by)]


def _check(y: Any, by: list[Any]) -> None:
    for value in (y, *by):
        if not isinstance(value, Value):
            raise ArgumentTypeError(
                f"a derivative is of a Value y by Values x, not "
                f"{type(value).__name__} {value!r}"
            )


def _as_values(x: Any) -> list[Value]:
    several = list(x) if hasattr(x, "__iter__") else [x]
    return [each if isinstance(each, Value) else Value(each) for each in several]


def _as_value(x: Any) -> Value:
    return x if isinstance(x, Value) else leaf(float(x), kind="constant")


def _slopes(node: Value) -> tuple[Any, ...]:
    """The local derivatives of a node as Values, or numbers where they are constant.

    Raises:
        ArgumentError: It was built by hand.
    """
    row = node.operation
    if row is None:
        raise ArgumentError(
            f"{node!r} was built by hand as {node.op!r}, and the formula of its "
            "derivative is not known: write it with operations of Values"
        )
    operands = [p.data if p.kind == "constant" else p for p in node.parents]
    try:
        return row.derivatives(node, *operands)
    except (ArithmeticError, ValueError):  # a constant outside the domain of a function
        return row.derivatives(node, *node.parents)


def _times(a: Any, b: Any) -> Any:
    """A product; with a plain 1 there is nothing to multiply."""
    for one, other in ((a, b), (b, a)):
        if not isinstance(one, Value) and one == 1.0:
            return other
    return a * b
