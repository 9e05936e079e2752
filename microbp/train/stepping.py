"""What all optimizers share: parameters in, one rule, parameters out.

Map: `Optimizer`; `as_positive` and `as_fraction` check an optimizer's numbers.
"""

from __future__ import annotations

from microbp.engine.numbers import to_float
from microbp.engine.value import Value, set_numbers
from microbp.errors import ArgumentError, ArgumentTypeError, ShapeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeAlias

    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.floating[Any]]
    Schedule: TypeAlias = Callable[[int], float]


class Optimizer:
    """Changes parameters so that a loss gets smaller; the base of all others.

    A subclass writes `rule`.

    Args:
        learning_rate: How long a step is: a number above 0, or a function from the
            number of steps made so far to such a number.

    Attributes:
        learning_rate: The same; may be assigned between steps.
        iterations: How many steps were made.
        state: What the rule remembers between steps, arrays by name.

    Raises:
        ArgumentError: The learning rate is not above 0.
    """

    learning_rate: float | Schedule

    def __init__(self, learning_rate: float | Schedule) -> None:
        self.learning_rate = learning_rate
        self.iterations = 0
        self.state: dict[str, Array] = {}
        self._parameters: tuple[Value, ...] | None = None

    def __setattr__(self, name: str, thing: Any) -> None:
        if name == "learning_rate" and not callable(thing):
            thing = as_positive(thing, name)
        object.__setattr__(self, name, thing)

    def step(self, parameters: Iterable[Value]) -> None:
        """Change the data of parameters by one step, as their gradients say.

        Args:
            parameters: The parameters; the same at every step, in the same order.

        Raises:
            ArgumentError: They are others than before, or there are none.

        Example:
            >>> from microbp import SGD, Value
            >>> w = Value(3.0)
            >>> (w * w).backward()
            >>> SGD(learning_rate=0.1).step([w])
            >>> w.data
            2.4
        """
        import numpy as np

        if not hasattr(parameters, "__iter__"):
            raise ArgumentTypeError(
                f"step takes a list of parameters, not {parameters!r}: "
                "write optimizer.step(model.parameters())"
            )
        values = tuple(parameters)
        if values != self._parameters:  # compared by identity, as Values are
            self._meet(values)
        weights = np.array([p.data for p in values])
        self.update(weights, np.array([p.grad for p in values]))
        set_numbers(values, weights.tolist())

    def update(self, weights: Array, gradient: Array) -> None:
        """Change an array of weights, in place, by one step.

        Args:
            weights: `(n,)`, floats.
            gradient: `(n,)`; it is used up: do not read it afterwards.

        Raises:
            ShapeError: The arrays differ in shape, or from those of the last step.
        """
        for array in (gradient, *self.state.values()):
            if array.shape != weights.shape:
                raise ShapeError(
                    f"{weights.shape} weights do not fit a gradient or a state of "
                    f"{array.shape}: use one optimizer for one set of parameters"
                )
        self.rule(weights, gradient, self.next_rate())

    @property
    def is_plain(self) -> bool:
        """Is a step the gradient times the rate, and nothing else?"""
        return False

    def next_rate(self) -> float:
        """The learning rate of the next step, which is counted as made."""
        rate = self.learning_rate
        rate = rate(self.iterations) if callable(rate) else rate
        self.iterations += 1
        return rate

    def rule(self, weights: Array, gradient: Array, rate: float) -> None:
        """The formula; each subclass writes its own.

        Args:
            weights: `(n,)`, to be changed in place.
            gradient: `(n,)`; may be overwritten.
            rate: The learning rate of this step, the `self.iterations`-th, from 1.
        """
        raise ArgumentTypeError(
            f"{type(self).__name__} has no rule: define rule(self, weights, gradient, "
            "rate) in it, or use SGD"
        )

    def remembered(self, name: str, weights: Array) -> Array:
        """An array of the rule's own, zeros at first."""
        import numpy as np

        if name not in self.state:
            self.state[name] = np.zeros_like(weights)
        return self.state[name]

    def _meet(self, values: tuple[Value, ...]) -> None:
        if not values:
            raise ArgumentError("step takes parameters, and there are none")
        if self._parameters is not None:
            raise ArgumentError(
                f"step was given {len(values)} parameters, which are not the "
                f"{len(self._parameters)} of the step before: use one optimizer for "
                "each model, and keep the parameters in order"
            )
        for p in values:
            if not isinstance(p, Value) or p.kind == "operation":
                raise ArgumentTypeError(
                    f"step takes Values that nothing computed, not {p!r}: "
                    "for example model.parameters()"
                )
        self._parameters = values

    def __repr__(self) -> str:
        shown = {k: v for k, v in vars(self).items() if k[0] != "_"}
        del shown["iterations"], shown["state"]
        return (
            f"{type(self).__name__}({', '.join(f'{k}={v}' for k, v in shown.items())})"
        )


def as_positive(x: Any, name: str) -> float:
    """A float above 0, and finite."""
    if hasattr(x, "__iter__") and not isinstance(x, str):
        raise ArgumentTypeError(
            f"{name} is a number, not {type(x).__name__}: an optimizer is given the "
            "parameters at each step, as in optimizer.step(model.parameters())"
        )
    number = to_float(x, name)
    if not 0.0 < number < float("inf"):
        raise ArgumentError(f"{name} is above 0 and finite, not {x!r}")
    return number


def as_fraction(x: Any, name: str) -> float:
    """A float from 0 to below 1."""
    number = to_float(x, name)
    if not 0.0 <= number < 1.0:
        raise ArgumentError(f"{name} is from 0 to below 1, not {x!r}")
    return number
