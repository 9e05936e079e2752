"""Backpropagation: the chain rule, applied to every node of a graph in one walk.

The root E starts with gradient dE/dE = 1. From a node with gradient g = dE/d(node),
each operand x receives

    g * d(node)/dx                upstream gradient times local derivative

*added* to what it has, because a value that is used twice acts on E in two ways, and a
total derivative is the sum over both. So a node must have received everything before it
passes anything on. Take b = a + a, c = b + b: a recursion that follows each edge as it
comes sends b's half-finished gradient to a, then b's whole one, and a ends with 6
instead of 4.

Hence two walks, neither of them recursive. The first counts, for each node, how many
contributions it waits for: one for each place where it is an operand. The second lets a
node go when its last contribution is in. That order, results before operands, is a
topological order (Kahn, Communications of the ACM 5, 1962). Nodes wait in a line that
is threaded through the nodes themselves, by `_link`, so no list is needed.

Map: `backward` is the whole; `_count` and `_flow` are the two walks; `carry` is the
chain rule at one node; `walk` is every node in order, for those who only look;
`forward` goes the other way.
"""

from __future__ import annotations

try:
    import cython
except ImportError:
    from microbp.engine import plain as cython

try:  # in C, its fields as well as its methods
    from cython.cimports.microbp.engine.value import Value
except (ImportError, AttributeError):  # in plain Python the class itself
    from microbp.engine.value import Value

from _thread import RLock

from microbp.engine.value import compiled, swap_recording, watched
from microbp.errors import ArgumentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

if compiled != cython.compiled:
    raise ImportError(
        "value and backward, in microbp/engine, must both be compiled or both be plain "
        "Python: install microbp again"
    )

FIRST_INNER = cython.declare(
    cython.ushort, 4
)  # value.BY_HAND: smaller codes are leaves
_walking = RLock()  # the counts of a walk live in the nodes, so one walk at a time


def backward(root: Value) -> None:
    """Compute d(root)/d(node) into `grad` for every node that the root depends on.

    See `Value.backward`.
    """
    if root._data != root._data:
        _ = root.data  # nan: an error if a placeholder is why
    if root._code < FIRST_INNER:  # a leaf
        root._grad += 1.0
        return
    if watched():
        from microbp.engine.anomaly import check_start

        check_start(root)
    with _walking:
        try:
            hooks: cython.bint = _count(root, True)
            root._grad = 1.0
            if not hooks and not watched():
                _flow(root)
                return
            order = _release(root)
        except BaseException:  # Ctrl-C, say: leave no half-done counts behind
            _forget([root])
            raise
        for node in order:  # no counts are left, so a hook may call backward itself,
            node._backward()  # and another thread waits until all of them have added
            if watched():
                from microbp.engine.anomaly import check_backward

                check_backward(node)
        if watched():
            from microbp.engine.anomaly import remember

            remember(order)


def forward(root: Value) -> None:
    """Compute every node behind a root anew, operands before results.

    See `Value.forward`.
    """
    node: Value
    for node in walk([root]):
        if node._code < FIRST_INNER:
            continue
        row = node.operation
        if row is None:
            raise ArgumentError(
                f"{node!r} was built by hand as {node.op!r}, and cannot be computed "
                "anew, as its formula is not known: build the graph again"
            )
        out, local_grads = row.evaluate(tuple([x.data for x in node.parents]))
        node._data = out
        if node._x is None:
            node._extra.local_grads = tuple(local_grads)
            continue
        node._dx = local_grads[0]
        if node._y is not None:
            node._dy = local_grads[1]


def carry(node: Value) -> None:
    """The chain rule at one node: pass its gradient on to its operands."""
    x: Value
    local: float
    for x, local in zip(node.parents, node.local_grads, strict=True):
        x._grad += node._grad * local


@cython.cfunc
def _count(root: Value, fresh: cython.bint) -> cython.bint:
    """Count for every node below the root how many contributions it waits for.

    If `fresh`, set their gradients to zero. Tells whether one has a `_backward` hook.
    """
    hooks: cython.bint = False
    line: Value = root
    node: Value
    x: Value
    while line is not None:
        node = line
        line = node._link
        if fresh:
            node._grad = 0.0
        if node._x is not None:
            if node._x._code >= FIRST_INNER:
                line = _expect(node._x, line)
            if node._y is not None and node._y._code >= FIRST_INNER:
                line = _expect(node._y, line)
        else:
            hooks = hooks or node._extra.hook is not None
            for x in node._extra.parents:
                if x._code >= FIRST_INNER:
                    line = _expect(x, line)
    return hooks


@cython.cfunc
def _flow(root: Value) -> object:
    """From the root down, let every node whose gradient is complete pass it on."""
    line: Value = root
    node: Value
    x: Value
    local: float
    while line is not None:
        node = line
        line = node._link
        node._link = None
        if node._x is not None:
            node._x._grad += node._grad * node._dx
            if node._x._code >= FIRST_INNER:
                line = _arrived(node._x, line)
            if node._y is not None:
                node._y._grad += node._grad * node._dy
                if node._y._code >= FIRST_INNER:
                    line = _arrived(node._y, line)
        else:
            for x, local in zip(  # noqa: B905 (they are of one length, and this is hot)
                node._extra.parents, node._extra.local_grads
            ):
                x._grad += node._grad * local
                if x._code >= FIRST_INNER:
                    line = _arrived(x, line)
    return None


@cython.cfunc
@cython.inline
def _expect(x: Value, line: Value | None) -> Value | None:
    """One more contribution will come to x; when x is met first, it joins the line."""
    x._waiting += 1
    if x._waiting > 1:
        return line
    x._link = line
    return x


@cython.cfunc
@cython.inline
def _arrived(x: Value, line: Value | None) -> Value | None:
    """A contribution came to x; when it was the last, x joins the line."""
    x._waiting -= 1
    if x._waiting > 0:
        return line
    x._link = line
    return x


def _release(root: Value) -> list[Value]:
    """The nodes in the order of `_flow`, while nothing flows."""
    order: list[Value] = []
    line: Value = root
    node: Value
    x: Value
    while line is not None:
        node = line
        line = node._link
        node._link = None
        order.append(node)
        for x in node.parents:
            if x._code >= FIRST_INNER:
                line = _arrived(x, line)
    return order


def _forget(nodes: list[Value]) -> None:
    """Clear the counts below these nodes, after a walk that was interrupted."""
    met: set[Value] = set()
    node: Value
    while nodes:
        node = nodes.pop()
        if node not in met:
            met.add(node)
            node._waiting = 0
            node._link = None
            nodes.extend(node.parents)


def walk(roots: Iterable[Value]) -> list[Value]:
    """All nodes that the roots depend on, and the roots: operands before results.

    The reverse of the order that `backward` takes. A leaf stands before the first node
    that uses it.

    Example:
        >>> from microbp import Value
        >>> a, b = Value(2.0, label="a"), Value(3.0, label="b")
        >>> [node.label or node.op for node in walk([a * b + a])]
        ['a', 'b', '*', '+']
    """
    roots = list(roots)
    if not roots:
        return []
    recording = swap_recording(True)
    try:
        top = Value(0.0, roots, "roots")  # stands above them all while we walk
    finally:
        swap_recording(recording)
    with _walking:
        try:
            _count(top, False)
            order = _release(top)
        except BaseException:
            _forget([top])
            raise
    met: set[Value] = set()
    result = []
    for node in reversed(order):
        for x in node.parents:
            if x.kind != "operation" and x not in met:
                met.add(x)
                result.append(x)
        result.append(node)
    return result[:-1]
