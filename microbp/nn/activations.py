"""Activation functions, by name.

Every operation of one operand in the operation table is an activation, and one that is
added to the table is one at once. Operands that have a default take it: `leaky_relu`
has slope 0.01. `softmax` and `log_softmax` act on a layer as a whole.

Map: `checked` turns what a user gave into a name or a function; `activate` applies it.
"""

from __future__ import annotations

from microbp.engine.functions import log_softmax, softmax
from microbp.engine.operations import OPERATIONS
from microbp.engine.value import Value, apply
from microbp.errors import ArgumentTypeError, ChoiceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    Activation: TypeAlias = str | Callable[[Any], Any]  # a checked one

RECTIFIERS = ("elu", "gelu", "leaky_relu", "relu", "silu", "softplus")
USUAL = (*RECTIFIERS, "exp", "linear", "sigmoid", "sin", "tanh")  # what messages offer
OF_LAYERS: dict[Activation, Callable[..., list[Value]]] = {
    "log_softmax": log_softmax,
    "softmax": softmax,
}
OTHER_NAMES = {"swish": "silu"}

# Methods of the busiest, which are quicker than a look into the table.
METHODS: dict[Activation, Callable[[Value], Value]] = {
    "relu": Value.relu,
    "sigmoid": Value.sigmoid,
    "tanh": Value.tanh,
}


def checked(
    activation: Any, what: str = "activation", of_layer: bool = False
) -> Activation:
    """The activation's own name, or the function itself.

    Args:
        activation: A name, None for "linear", or a function of a Value.
        what: What is being chosen, for the message.
        of_layer: May it act on a layer as a whole, as softmax does?

    Raises:
        ChoiceError: There is no activation of that name.
        ArgumentTypeError: It is neither a name nor a function.

    Example:
        >>> from microbp.nn.activations import checked
        >>> checked("swish"), checked(None)
        ('silu', 'linear')
    """
    if activation is None:
        return "linear"
    if callable(activation):
        return activation  # type: ignore[no-any-return]
    if not isinstance(activation, str):
        raise ArgumentTypeError(
            f"{what} is a name such as 'relu' or a function of a Value, "
            f"not {type(activation).__name__} {activation!r}"
        )
    name = OTHER_NAMES.get(activation, activation)
    if name == "linear" or _is_unary(name) or (of_layer and name in OF_LAYERS):
        return name
    raise ChoiceError(what, activation, (*USUAL, *(OF_LAYERS if of_layer else ())))


def _is_unary(name: str) -> bool:
    row = OPERATIONS.get(name)
    if row is None or not row.is_function:
        return False
    return row.arity - len(row.defaults) == 1


def activate(activation: Activation, x: Value) -> Value:
    """The activation of one Value.

    Raises:
        ArgumentTypeError: A user's function returned something that is no Value.
    """
    method = METHODS.get(activation)
    if method is not None:
        return method(x)
    if activation == "linear":
        return x
    if isinstance(activation, str):
        return apply(OPERATIONS[activation], x)
    out = activation(x)
    if isinstance(out, Value):
        return out
    raise ArgumentTypeError(
        f"the activation {name_of(activation)} returned {type(out).__name__} {out!r}, "
        "which has no derivative: compute with Values, as in x.tanh() for math.tanh(x)"
    )


def name_of(activation: Activation) -> str:
    """How a repr shows it: a quoted name, or the name of the function."""
    if isinstance(activation, str):
        return repr(activation)
    return getattr(activation, "__name__", None) or repr(activation)
