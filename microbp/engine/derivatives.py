"""Derivatives by other means: finite differences that check the chain rule.

Map: `gradcheck` compares `backward` with finite differences; `differentiate` is the
finite difference.
"""

from __future__ import annotations

from math import isfinite

from microbp.engine.backward import walk
from microbp.engine.scope import no_grad
from microbp.engine.value import Value, leaf
from microbp.errors import ArgumentError, ArgumentTypeError, GradcheckError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


EPSILON = 2.0**-52  # the spacing of floats at 1


def gradcheck(
    f: Callable[..., Value],
    inputs: Any,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-8,
) -> bool:
    """Check the gradient of f at a point against finite differences.

    When they disagree, every node that f makes is checked by itself, and the message
    names the operation and the operand whose local derivative is wrong.

    Args:
        f: Takes as many Values as there are inputs and returns one Value.
        inputs: The point: a number or a Value, or several. Values keep data and grad.
        rtol: Largest relative difference between the two.
        atol: Largest absolute difference that is forgiven.

    Returns:
        True.

    Raises:
        GradcheckError: A derivative is wrong, or the point is a kink.
        ArgumentTypeError: f does not return a Value.
        ArgumentError: f is not finite at the point.

    Example:
        >>> from microbp import gradcheck
        >>> gradcheck(lambda x, y: (x * y).tanh() + x / y, [0.5, -2.0])
        True
    """
    point = [
        x if isinstance(x, Value) else leaf(float(Value(x)), f"x{i}")
        for i, x in enumerate(inputs if hasattr(inputs, "__iter__") else [inputs], 1)
    ]
    if not point:
        raise ArgumentError("gradcheck needs at least one input to differentiate by")
    root, analytic = _gradients(f, point)
    for i, x in enumerate(point):

        def along(t: float, x: Value = x) -> float:
            return _with_data(x, t, lambda: float(f(*point)))

        numeric, _ = differentiate(along, x.data)
        if not _close(analytic[i], numeric, rtol, atol):
            _blame_rows(root, rtol, atol)
            _blame_by_hand(f, point, root, rtol, atol)
            raise GradcheckError(
                _report(
                    f"the gradient by input {i + 1} is wrong",
                    ("operation", "the function as a whole"),
                    ("operand", x.label or f"input {i + 1}"),
                    ("point", f"{x.data!r}"),
                    analytic[i],
                    numeric,
                    _kink(along, x.data),
                )
            )
    return True


def _gradients(
    f: Callable[..., Value], point: list[Value]
) -> tuple[Value, list[float]]:
    root = f(*point)
    if not isinstance(root, Value):
        raise ArgumentTypeError(
            f"gradcheck needs a function that returns one Value, not "
            f"{type(root).__name__} {root!r}: return the sum of the outputs, or check "
            "them one by one"
        )
    if not isfinite(root.data):
        raise ArgumentError(
            f"the function is {root.data} at {[x.data for x in point]}: "
            "choose a point where it is finite"
        )
    nodes = {*walk([root]), *point}
    before = [(node, node.grad) for node in nodes]
    for node in nodes:
        node.grad = 0.0
    root.backward()
    gradient = [x.grad for x in point]
    for node, grad in before:
        node.grad = grad
    return root, gradient


def _with_data(x: Value, t: float, compute: Callable[[], float]) -> float:
    before = x.data
    x.data = t
    try:
        with no_grad():
            return compute()
    finally:
        x.data = before


def differentiate(f: Callable[[float], float], x: float) -> tuple[float, float]:
    """The derivative of f at x by central differences, and an estimate of its error.

    Differences with ever smaller steps are extrapolated to step 0, and the estimate
    with the smallest error is taken (Ridders, Advances in Engineering Software 4,
    1982). Steps on the scale of x come out badly where f varies on the scale of 1, and
    the reverse, so both are tried; the larger may only refine what the smaller found.

    Example:
        >>> from math import cos, sin
        >>> slope, error = differentiate(sin, 1.0)
        >>> abs(slope - cos(1.0)) < 1e-11
        True
    """
    best, least = float("nan"), float("inf")
    for start in sorted({0.01 * abs(x) or 0.01, 0.1 * min(max(abs(x), 0.1), 1.0)}):
        slope, error = _extrapolate(f, x, start)
        if not isfinite(best) or error < least >= 0.1 * abs(slope - best):
            best, least = slope, error
    return best, least


def _extrapolate(
    f: Callable[[float], float], x: float, step: float
) -> tuple[float, float]:
    best, least = float("nan"), float("inf")
    row: list[float] = []
    for _ in range(10):
        above, below = f(x + step), f(x - step)
        estimates = [(above - below) / ((x + step) - (x - step))]
        rounding = EPSILON * max(abs(above), abs(below)) / step
        factor = 1.0
        for coarser in row:  # each column removes one more even power of the step
            factor *= 4.0
            last = estimates[-1]
            estimates.append(last + (last - coarser) / (factor - 1.0))
            error = max(
                abs(estimates[-1] - last), abs(estimates[-1] - coarser), rounding
            )
            if error < least:  # false for nan, where a step leaves the domain of f
                best, least = estimates[-1], error
        row, step = estimates, step / 2.0
    return best, least


def _close(analytic: float, numeric: float, rtol: float, atol: float) -> bool:
    if not (isfinite(analytic) and isfinite(numeric)):
        return False
    return abs(analytic - numeric) <= atol + rtol * max(abs(analytic), abs(numeric))


def _blame_rows(root: Value, rtol: float, atol: float) -> None:
    """Raise for the first node whose row gives a wrong local derivative."""
    for node in walk([root]):
        row = node.operation
        if row is None:
            continue
        numbers = [parent.data for parent in node.parents]
        for i, (parent, analytic) in enumerate(
            zip(node.parents, node.local_grads, strict=True)
        ):

            def along(t: float, i: int = i, row: Any = row) -> float:
                moved = (*numbers[:i], t, *numbers[i + 1 :])  # noqa: B023 (used at once)
                value: float = row.evaluate(moved)[0]
                return value

            numeric, _ = differentiate(along, numbers[i])
            if not _close(analytic, numeric, rtol, atol) and parent.kind != "constant":
                raise GradcheckError(
                    _report(
                        f"{node.op} has a kink here"
                        if _kink(along, numbers[i])
                        else f"a local derivative of {node.op} is wrong",
                        ("operation", row.written),
                        ("operand", _operand_name(parent, i, len(numbers))),
                        ("point", ", ".join(map(repr, numbers))),
                        analytic,
                        numeric,
                        _kink(along, numbers[i], row.note),
                    )
                )


def _blame_by_hand(
    f: Callable[..., Value], point: list[Value], root: Value, rtol: float, atol: float
) -> None:
    """Raise for the first node built by hand whose change its operands do not explain.

    There is no row to evaluate for such a node, only the function that makes it. So an
    input is moved, and the node must move by the sum of local derivative times move of
    the operand.
    """
    nodes = walk([root])
    place = {node: i for i, node in enumerate(nodes)}
    for node in nodes:
        if node.operation is not None or not node.parents:
            continue
        for x in point:

            def slope(of: Value, x: Value = x) -> float:
                def along(t: float) -> float:
                    before, x.data = x.data, t
                    try:
                        return float(walk([f(*point)])[place[of]])
                    finally:
                        x.data = before

                return differentiate(along, x.data)[0]

            moves = [slope(parent) for parent in node.parents]
            explained = sum(
                local * move
                for local, move in zip(node.local_grads, moves, strict=True)
            )
            if not _close(explained, slope(node), rtol, atol):
                moved = [i for i, move in enumerate(moves) if move]
                raise GradcheckError(
                    _report(
                        f"the gradient of a node built by hand, {node.op!r}, is wrong",
                        ("operation", node.op),
                        (
                            "operand",
                            " or ".join(
                                _operand_name(node.parents[i], i, len(moves))
                                for i in moved
                            ),
                        ),
                        ("point", ", ".join(repr(p.data) for p in node.parents)),
                        explained,
                        slope(node),
                        "",
                    )
                )


def _operand_name(parent: Value, i: int, n: int) -> str:
    name = f" ({parent.label})" if parent.label else ""
    return f"number {i + 1} of {n}{name}"


def _kink(f: Callable[[float], float], x: float, note: str = "") -> str:
    """A hint where the slopes on the two sides differ, else nothing."""
    step = 1e-6 * max(abs(x), 1.0)
    left, right = (f(x) - f(x - step)) / step, (f(x + step) - f(x)) / step
    if abs(left - right) <= 1e-3 * max(abs(left), abs(right), 1e-3):
        return ""
    said = f"; the convention is: {note}" if note else ""
    return (
        f"the slope is {left:.4g} on the left and {right:.4g} on the right: a kink, "
        f"which finite differences cannot check{said}. Choose another point."
    )


def _report(
    what: str,
    operation: tuple[str, str],
    operand: tuple[str, str],
    point: tuple[str, str],
    analytic: float,
    numeric: float,
    hint: str,
) -> str:
    error = abs(analytic - numeric)
    scale = max(abs(analytic), abs(numeric))
    relative = error / scale if scale else 0.0
    lines: Sequence[tuple[str, str]] = [
        operation,
        operand,
        point,
        ("analytic", f"{analytic!r}"),
        ("numeric", f"{numeric!r}"),
        ("error", f"{error:.3g} ({relative:.3g} of the larger)"),
    ]
    table = "\n".join(f"  {name:<10} {text}" for name, text in lines)
    return f"gradcheck failed: {what}\n{table}" + (f"\n  {hint}" if hint else "")
