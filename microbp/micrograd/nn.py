"""micrograd.nn: its Neuron, Layer and MLP, number for number.

Weights are uniform in ±1, drawn from the `random` module in order; biases are 0; the
bias is added first. Layers are rectified, but for the last.

Map: `Neuron`, `Layer`, `MLP`, and `Module`, which is microbp's.
"""

from __future__ import annotations

import random

from microbp.engine.value import Value, leaf
from microbp.nn.checks import as_row
from microbp.nn.module import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["MLP", "Layer", "Module", "Neuron"]


class Neuron(Module):
    """relu(w1·x1 + ... + wn·xn + b), or the same without relu.

    Args:
        nin: How many inputs.
        nonlin: With relu?

    Attributes:
        w: The weights, `nin` Values.
        b: The bias, a Value.

    Example:
        >>> from microbp.micrograd.nn import Neuron
        >>> Neuron(2), len(Neuron(2).parameters())
        (ReLUNeuron(2), 3)
    """

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        drawn = [random.uniform(-1, 1) for _ in range(nin)]
        self.w = [leaf(x, kind="parameter") for x in drawn]
        self.b = leaf(0.0, kind="parameter")
        self.nonlin = nonlin

    def forward(self, x: Any) -> Value:
        """The output for `nin` inputs, Values or numbers."""
        x = as_row(x, len(self.w), self)
        # The bias first and one "+" for each product, as micrograd has it.
        act = sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b)
        return act.relu() if self.nonlin else act

    def __repr__(self) -> str:
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons on the same inputs.

    Args:
        nin: How many inputs.
        nout: How many neurons.
        kwargs: What a `Neuron` takes.

    Attributes:
        neurons: The neurons, a list.

    Example:
        >>> from microbp.micrograd.nn import Layer
        >>> Layer(2, 2, nonlin=False)
        Layer of [LinearNeuron(2), LinearNeuron(2)]
    """

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]
        for place, neuron in enumerate(self.neurons, 1):
            neuron.name = f"neuron {place}"

    def forward(self, x: Any) -> Any:
        """A Value if there is one neuron, else a list."""
        x = as_row(x, len(self.neurons[0].w), self)
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(repr(n) for n in self.neurons)}]"


class MLP(Module):
    """Layers, each on the outputs of the one before; all but the last with relu.

    Args:
        nin: How many inputs.
        nouts: How many neurons in each layer.

    Attributes:
        layers: The layers, a list.

    Example:
        >>> from microbp.micrograd.nn import MLP
        >>> len(MLP(2, [16, 16, 1]).parameters())
        337
    """

    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        sz = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [
            Layer(sz[i], sz[i + 1], nonlin=i != last) for i in range(len(nouts))
        ]
        for place, layer in enumerate(self.layers, 1):
            layer.name = f"layer {place}"

    def forward(self, x: Any) -> Any:
        """A Value if the last layer has one neuron, else a list."""
        for layer in self.layers:
            x = layer(x)
        return x

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(repr(layer) for layer in self.layers)}]"
