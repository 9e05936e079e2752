"""Optimizers: how a gradient becomes a step. From the simple to the complex.

Each has one update rule, written once, on flat arrays and in place. `step` applies it
to Values; a program that keeps its parameters in one array calls `update` itself.

w is a weight, g its gradient, η the learning rate. The formulas and the default numbers
are Keras's.

Map: `SGD`, `Momentum`, `Nesterov`, `RMSprop`, `Adam`, `AdamW`; `get` by name.
`stepping.py` has their base, `schedules.py` rates that change.
"""

from __future__ import annotations

from microbp.errors import ArgumentTypeError, ChoiceError
from microbp.train.stepping import Optimizer, as_fraction, as_positive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from microbp.train.stepping import Array, Schedule


class SGD(Optimizer):
    """Gradient descent: w ← w - η·g. With momentum, v ← m·v - η·g and w ← w + v.

    Nesterov's variant looks ahead: w ← w + m·v - η·g, with the new v.

    Sources: B. T. Polyak, "Some methods of speeding up the convergence of iteration
    methods", 1964, https://doi.org/10.1016/0041-5553(64)90137-5;
    I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of initialization
    and momentum in deep learning", 2013, https://proceedings.mlr.press/v28/sutskever13

    Args:
        learning_rate: η, above 0.
        momentum: m, from 0 to below 1: the share of a step that goes on into the next.
        nesterov: Look ahead?

    Raises:
        ArgumentError: A number is out of its range.

    Example:
        >>> from microbp import SGD, Value
        >>> w, optimizer = Value(1.0), SGD(learning_rate=0.5, momentum=0.5)
        >>> for _ in range(2):
        ...     w.grad = 1.0
        ...     optimizer.step([w])
        >>> w.data  # 1 - 0.5 - (0.5 + 0.25)
        -0.25
    """

    def __init__(
        self,
        learning_rate: float | Schedule = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(learning_rate)
        self.momentum = as_fraction(momentum, "momentum")
        self.nesterov = bool(nesterov)

    @property
    def is_plain(self) -> bool:  # noqa: D102 (in the base)
        return self.momentum == 0.0 and type(self) is SGD

    def rule(self, weights: Array, gradient: Array, rate: float) -> None:
        """Gradient descent, with momentum if there is any."""
        gradient *= rate
        if self.momentum == 0.0:
            weights -= gradient
            return
        velocity = self.remembered("velocity", weights)
        velocity *= self.momentum
        velocity -= gradient
        if self.nesterov:
            weights += self.momentum * velocity - gradient
        else:
            weights += velocity


class Momentum(SGD):
    """SGD that goes on as it went: with a momentum of 0.9, unless another is given."""

    def __init__(
        self, learning_rate: float | Schedule = 0.01, momentum: float = 0.9
    ) -> None:
        super().__init__(learning_rate, momentum)


class Nesterov(SGD):
    """Momentum that looks ahead; see `SGD`."""

    def __init__(
        self, learning_rate: float | Schedule = 0.01, momentum: float = 0.9
    ) -> None:
        super().__init__(learning_rate, momentum, nesterov=True)


class RMSprop(Optimizer):
    """Steps in units of the recent size of the gradient, for each weight its own.

    s ← ρ·s + (1 - ρ)·g² and w ← w - η·g / sqrt(s + ε).

    Source: G. Hinton, lecture 6e of "Neural Networks for Machine Learning", 2012,
    https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf

    Args:
        learning_rate: η, above 0.
        rho: ρ, from 0 to below 1: how long the past is remembered.
        epsilon: ε, above 0: keeps the divisor from 0.

    Raises:
        ArgumentError: A number is out of its range.

    Example:
        >>> from microbp import Value
        >>> from microbp.train.optimizers import RMSprop
        >>> w = Value(1.0)
        >>> w.grad = 1000.0
        >>> RMSprop(learning_rate=0.1, rho=0.75).step([w])
        >>> round(w.data, 6)  # 1 - 0.1 / sqrt(1/4), however large the gradient is
        0.8
    """

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        rho: float = 0.9,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate)
        self.rho = as_fraction(rho, "rho")
        self.epsilon = as_positive(epsilon, "epsilon")

    def rule(self, weights: Array, gradient: Array, rate: float) -> None:
        """Divide by the root of the running mean of squares."""
        square = self.remembered("square", weights)
        square += (gradient * gradient - square) * (1.0 - self.rho)
        weights -= rate * gradient / (square + self.epsilon) ** 0.5


class Adam(Optimizer):
    """Momentum, in units of the recent size of the gradient.

    m ← m + (1 - β1)·(g - m), v ← v + (1 - β2)·(g² - v), and
    w ← w - η·sqrt(1 - β2^t) / (1 - β1^t) · m / (sqrt(v) + ε) at step t. The factor
    makes up for m and v having started from 0.

    Source: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", 2015,
    https://arxiv.org/abs/1412.6980, in the form at the end of section 2.

    Args:
        learning_rate: η, above 0.
        beta_1: β1, from 0 to below 1: how long gradients are remembered.
        beta_2: β2, the same for their squares.
        epsilon: ε, above 0: keeps the divisor from 0.

    Raises:
        ArgumentError: A number is out of its range.

    Example:
        >>> from microbp import Adam, Value
        >>> w = Value(1.0)
        >>> w.grad = 1000.0
        >>> Adam(learning_rate=0.1).step([w])
        >>> round(w.data, 6)  # the first step is as long as the learning rate
        0.9
    """

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        super().__init__(learning_rate)
        self.beta_1 = as_fraction(beta_1, "beta_1")
        self.beta_2 = as_fraction(beta_2, "beta_2")
        self.epsilon = as_positive(epsilon, "epsilon")

    def rule(self, weights: Array, gradient: Array, rate: float) -> None:
        """Divide the running mean by the root of the running mean of squares."""
        mean = self.remembered("mean", weights)
        square = self.remembered("square", weights)
        mean += (gradient - mean) * (1.0 - self.beta_1)
        square += (gradient * gradient - square) * (1.0 - self.beta_2)
        t = self.iterations
        rate *= (1.0 - self.beta_2**t) ** 0.5 / (1.0 - self.beta_1**t)
        weights -= rate * mean / (square**0.5 + self.epsilon)


class AdamW(Adam):
    """Adam with weights that decay: w ← w - η·λ·w first, apart from the gradient.

    Source: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization", 2019,
    https://arxiv.org/abs/1711.05101

    Args:
        learning_rate: η, above 0.
        weight_decay: λ, 0 or more.
        others: `beta_1`, `beta_2` and `epsilon`, as in Adam.

    Raises:
        ArgumentError: A number is out of its range.

    Example:
        >>> from microbp import Value
        >>> from microbp.train.optimizers import AdamW
        >>> w = Value(1.0)
        >>> AdamW(learning_rate=0.1, weight_decay=0.5).step([w])
        >>> w.data
        0.95
    """

    def __init__(
        self,
        learning_rate: float | Schedule = 0.001,
        weight_decay: float = 0.004,
        **others: float,
    ) -> None:
        super().__init__(learning_rate, **others)
        self.weight_decay = as_fraction(weight_decay, "weight_decay")

    def rule(self, weights: Array, gradient: Array, rate: float) -> None:
        """Decay, then do as Adam does."""
        weights -= rate * self.weight_decay * weights
        super().rule(weights, gradient, rate)


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RMSprop,
    "adam": Adam,
    "adamw": AdamW,
}


def get(optimizer: Any) -> Optimizer:
    """A new optimizer of that name, in any case; an optimizer is returned as it is.

    Raises:
        ChoiceError: There is no optimizer of that name.
        ArgumentTypeError: It is neither a name nor an optimizer.

    Example:
        >>> from microbp.train import optimizers
        >>> optimizers.get("sgd")
        SGD(learning_rate=0.01, momentum=0.0, nesterov=False)
    """
    if isinstance(optimizer, Optimizer):
        return optimizer
    if not isinstance(optimizer, str):
        raise ArgumentTypeError(
            "optimizer is a name such as 'sgd' or an optimizer such as "
            f"SGD(learning_rate=0.1), not {optimizer!r}"
        )
    if optimizer.lower() not in OPTIMIZERS:
        raise ChoiceError("optimizer", optimizer, OPTIMIZERS)
    return OPTIMIZERS[optimizer.lower()]()  # type: ignore[call-arg]
