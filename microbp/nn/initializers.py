"""The first weights: random, and of the size that keeps signals alive.

Too small, and the signal dies out from layer to layer; too large, and it explodes. Both
rules below choose the width of the distribution so that the variance of the signal
stays about the same from layer to layer.

- He: for rectifiers, which pass on half of the signal. Uniform in ±sqrt(6 / fan_in).
  K. He, X. Zhang, S. Ren, J. Sun, "Delving Deep into Rectifiers", ICCV 2015,
  https://arxiv.org/abs/1502.01852
- Glorot: for all others. Uniform in ±sqrt(6 / (fan_in + fan_out)).
  X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward
  neural networks", AISTATS 2010, https://proceedings.mlr.press/v9/glorot10a.html

Map: `limit` is the width, `as_rng` the source of randomness, `uniform` draws.
"""

from __future__ import annotations

from microbp.errors import ArgumentError, ArgumentTypeError
from microbp.nn.activations import RECTIFIERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from microbp.nn.activations import Activation


def limit(activation: Activation, fan_in: int, fan_out: int) -> float:
    """How far from 0 the weights before an activation may be: He or Glorot.

    Args:
        activation: A checked one.
        fan_in: How many inputs a neuron has.
        fan_out: How many neurons the layer has.

    Example:
        >>> from microbp.nn.initializers import limit
        >>> limit("relu", 6, 4), limit("tanh", 2, 4)
        (1.0, 1.0)
    """
    spread = fan_in if activation in RECTIFIERS else fan_in + fan_out
    return float((6.0 / spread) ** 0.5)


def as_rng(rng: Any) -> Any:
    """A source of random numbers.

    An int seeds Python's generator, not NumPy's: its sequence is promised to stay the
    same in all versions of Python, so a seed gives the same network everywhere.

    Args:
        rng: A NumPy `Generator`, a `random.Random`, an int, or None for an
            unpredictable one. A generator is used as it is, so that modules that are
            given the same one differ.

    Raises:
        ArgumentTypeError: It is none of these.
        ArgumentError: A negative seed.
    """
    if _is_numpy(rng) or _is_python(rng):
        return rng
    from random import Random

    if rng is None:
        return Random()
    try:
        seed = rng.__index__()
    except AttributeError:
        raise ArgumentTypeError(
            "rng takes an int, a random.Random, a numpy Generator or None, "
            f"not {type(rng).__name__} {rng!r}: for example rng=0"
        ) from None
    if seed < 0:  # Random(-1) and Random(1) would be the same
        raise ArgumentError(f"a seed is 0 or more, not {seed}: use rng={-seed}")
    return Random(seed)


def uniform(rng: Any, width: float, count: int) -> list[float]:
    """Draw `count` numbers between -width and width, evenly; drawn one after another.

    Example:
        >>> from random import Random
        >>> from microbp.nn.initializers import uniform
        >>> a, b = Random(0), Random(0)
        >>> uniform(a, 2.0, 3) == uniform(b, 2.0, 1) + uniform(b, 2.0, 2)
        True
    """
    if _is_numpy(rng):
        drawn = rng.random(count).tolist()
    else:
        drawn = [rng.random() for _ in range(count)]
    return [width * (2.0 * x - 1.0) for x in drawn]


def _is_numpy(rng: Any) -> bool:
    return hasattr(rng, "random") and hasattr(rng, "standard_normal")


def _is_python(rng: Any) -> bool:
    return hasattr(rng, "random") and hasattr(rng, "getrandbits")
