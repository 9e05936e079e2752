"""Learning rates that change: functions from the number of steps made to a rate.

The names and formulas are Keras's. Any function of an int will do as a
`learning_rate`; these can be printed, and so compared with those of a checkpoint.

Map: `ExponentialDecay InverseTimeDecay CosineDecay PiecewiseConstantDecay`.
"""

from __future__ import annotations

from math import cos, pi
from typing import TYPE_CHECKING

from microbp.errors import ArgumentError
from microbp.train.stepping import as_positive

if TYPE_CHECKING:
    from collections.abc import Sequence


class Schedule:
    """The base: shows what it was made with."""

    def __call__(self, step: int) -> float:
        """The rate of a step, counted from 0."""
        raise NotImplementedError(f"{type(self).__name__} has no formula")

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={thing}" for name, thing in vars(self).items())
        return f"{type(self).__name__}({shown})"


class ExponentialDecay(Schedule):
    """initial · rate^(step / steps).

    Args:
        initial_learning_rate: The first rate, above 0.
        decay_steps: After so many steps the rate is multiplied once.
        decay_rate: By this, above 0.

    Example:
        >>> from microbp.train.schedules import ExponentialDecay
        >>> ExponentialDecay(0.1, decay_steps=10, decay_rate=0.5)(20)
        0.025
    """

    def __init__(
        self, initial_learning_rate: float, decay_steps: float, decay_rate: float
    ) -> None:
        self.initial = as_positive(initial_learning_rate, "initial_learning_rate")
        self.steps = as_positive(decay_steps, "decay_steps")
        self.rate = as_positive(decay_rate, "decay_rate")

    def __call__(self, step: int) -> float:
        """The rate of a step, counted from 0."""
        return float(self.initial * self.rate ** (step / self.steps))


class InverseTimeDecay(ExponentialDecay):
    """initial / (1 + rate · step / steps)."""

    def __call__(self, step: int) -> float:
        """The rate of a step, counted from 0."""
        return self.initial / (1.0 + self.rate * step / self.steps)


class CosineDecay(Schedule):
    """Half a wave of the cosine, from the first rate to `alpha` times it.

    Source: I. Loshchilov, F. Hutter, "SGDR: Stochastic Gradient Descent with Warm
    Restarts", 2017, https://arxiv.org/abs/1608.03983

    Args:
        initial_learning_rate: The first rate, above 0.
        decay_steps: How many steps it takes.
        alpha: The share that is left, from 0 to 1.

    Example:
        >>> from microbp.train.schedules import CosineDecay
        >>> round(CosineDecay(0.1, decay_steps=10)(5), 12)
        0.05
    """

    def __init__(
        self, initial_learning_rate: float, decay_steps: float, alpha: float = 0.0
    ) -> None:
        self.initial = as_positive(initial_learning_rate, "initial_learning_rate")
        self.steps = as_positive(decay_steps, "decay_steps")
        if not 0.0 <= alpha <= 1.0:
            raise ArgumentError(f"alpha is from 0 to 1, not {alpha!r}")
        self.alpha = float(alpha)

    def __call__(self, step: int) -> float:
        """The rate of a step, counted from 0."""
        wave = 0.5 * (1.0 + cos(pi * min(step / self.steps, 1.0)))
        return self.initial * (self.alpha + (1.0 - self.alpha) * wave)


class PiecewiseConstantDecay(Schedule):
    """One rate up to and including the first boundary, the next up to the second.

    Args:
        boundaries: Numbers of steps, rising.
        values: Rates, one more than boundaries.

    Raises:
        ArgumentError: They do not fit together.

    Example:
        >>> from microbp.train.schedules import PiecewiseConstantDecay
        >>> rate = PiecewiseConstantDecay([10, 20], [0.1, 0.01, 0.001])
        >>> rate(10), rate(11), rate(99)
        (0.1, 0.01, 0.001)
    """

    def __init__(self, boundaries: Sequence[int], values: Sequence[float]) -> None:
        self.boundaries = tuple(boundaries)
        self.values = tuple([as_positive(value, "a rate") for value in values])
        rising = sorted(set(self.boundaries)) == list(self.boundaries)
        if not rising or len(self.values) != len(self.boundaries) + 1:
            raise ArgumentError(
                f"{len(self.boundaries)} rising boundaries go with one more rates, not "
                f"{boundaries!r} with {values!r}"
            )

    def __call__(self, step: int) -> float:
        """The rate of a step, counted from 0."""
        return self.values[sum(step > each for each in self.boundaries)]
