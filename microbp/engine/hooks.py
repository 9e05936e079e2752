"""Functions that pass a gradient on, for nodes built outside the engine.

In micrograd's design a node is built as `out = Value(t, (x,), "tanh")`, and a function
of no arguments, assigned to `out._backward`, adds to `x.grad`. Such nodes work too.

Map: `Hook` holds the function. `probe` asks it for the local derivatives.
"""

from __future__ import annotations

from types import CellType, FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Hook:
    """A function assigned to `_backward`.

    It nearly always names its own node, as in `x.grad += (1 - t**2) * out.grad`. Then
    the node holds the function and the function holds the node, and as graphs are
    not looked at by the garbage collector, neither would ever be freed. So the function
    is rebound to a stand-in, which is the node only while the function runs.
    """

    def __init__(self, function: Callable[[], None], node: Any) -> None:
        self.stand_in = StandIn()
        self.function = _rebind(function, node, self.stand_in)

    def __call__(self, node: Any) -> None:
        """Let the function pass the gradient of its node on."""
        before = self.stand_in.__dict__.get("node")
        self.stand_in.__dict__["node"] = node
        try:
            self.function()
        finally:
            self.stand_in.__dict__["node"] = before


class StandIn:
    """Passes every attribute and operator on to the node that it stands for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["node"], name)

    def __setattr__(self, name: str, thing: Any) -> None:
        setattr(self.__dict__["node"], name, thing)


def _operator(name: str) -> Any:
    return lambda self, *others: getattr(self.__dict__["node"], name)(*others)


# Python looks operators up in the class, past `__getattr__`.
for _name in (
    *("add", "sub", "mul", "truediv", "pow"),
    *("radd", "rsub", "rmul", "rtruediv", "rpow"),
    *("neg", "abs", "lt", "le", "gt", "ge", "float", "format", "repr"),
):
    setattr(StandIn, f"__{_name}__", _operator(f"__{_name}__"))


def _rebind(function: Any, node: Any, stand_in: StandIn) -> Any:
    """The function with `node` replaced where it was captured from outside."""
    cells = getattr(function, "__closure__", None) or ()
    if not any(_holds(cell, node) for cell in cells):
        return function
    new = CellType(stand_in)
    copy = FunctionType(
        function.__code__,
        function.__globals__,
        function.__name__,
        function.__defaults__,
        tuple(new if _holds(cell, node) else cell for cell in cells),
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


def _holds(cell: Any, node: Any) -> bool:
    try:
        return cell.cell_contents is node
    except ValueError:  # a variable that has no value yet
        return False


def probe(node: Any) -> tuple[float, ...]:
    """The local derivatives that a hook uses, found by sending 1.0 through it.

    What it adds to an operand that stands twice is shared out evenly. The gradients of
    the node and its operands are put back; a hook that adds to others is not undone.
    """
    parents = node.parents
    before = [(each, each.grad) for each in {node, *parents}]
    try:
        for parent in parents:
            parent.grad = 0.0
        node.grad = 1.0
        node._backward()
        return tuple([parent.grad / parents.count(parent) for parent in parents])
    finally:
        for each, grad in before:
            each.grad = grad
