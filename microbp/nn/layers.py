"""Neuron, Layer and MLP, from the small to the large.

Map: `Neuron` computes activation(w1·x1 + ... + wn·xn + b); `Layer` is several on the
same inputs; `MLP` is several layers, each on the outputs of the one before.
"""

from __future__ import annotations

from microbp.engine.numbers import to_float
from microbp.engine.value import Value, add_up, leaf
from microbp.errors import ArgumentError, ArgumentTypeError, ShapeError
from microbp.nn.activations import OF_LAYERS, activate, checked, name_of
from microbp.nn.checks import as_count, as_row
from microbp.nn.initializers import as_rng, limit, uniform
from microbp.nn.module import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


class Neuron(Module):
    """activation(w1·x1 + ... + wn·xn + b): n products, one sum, one activation.

    Args:
        nin: How many inputs, n.
        activation: A name such as "relu", "tanh", "sigmoid" or "linear" (or None), or a
            function from a Value to a Value.
        rng: What the weights are drawn from; see `initializers`.
        weights: The first weights, `(n,)`, instead of random ones.
        bias: The first bias.

    Attributes:
        w: The weights, n Values.
        b: The bias, a Value.

    Raises:
        ChoiceError: There is no such activation.
        ShapeError: There are not n weights.

    The weights are drawn as He et al. (2015) recommend for relu and its kin, as Glorot
    and Bengio (2010) do for the others.

    Example:
        >>> from microbp import Neuron
        >>> neuron = Neuron(2, "tanh", weights=[-3.0, 1.0], bias=6.8813735870195432)
        >>> out = neuron([2.0, 0.0])
        >>> out.backward()
        >>> f"{out.data:.4f}", [f"{w.grad:.4f}" for w in neuron.w]
        ('0.7071', ['1.0000', '0.0000'])
        >>> neuron
        Neuron(2, 'tanh')
    """

    def __init__(
        self,
        nin: int,
        activation: Any = "relu",
        rng: Any = None,
        *,
        weights: Iterable[Any] | None = None,
        bias: Any = 0.0,
    ) -> None:
        self.nin = as_count(nin, "nin")
        self.activation = checked(activation)
        if weights is None:
            width = limit(self.activation, self.nin, 1)
            weights = uniform(as_rng(rng), width, self.nin)
        numbers = list(weights) if hasattr(weights, "__iter__") else [weights]
        if len(numbers) != self.nin:
            raise ShapeError(
                f"a neuron with {nin} inputs has {nin} weights, not {len(numbers)}"
            )
        self.w = [_weight(x, f"w{i}") for i, x in enumerate(numbers, 1)]
        self.b = _weight(bias, "b")

    def forward(self, x: Any) -> Value:
        """The neuron's output.

        Args:
            x: The inputs, `(nin,)`: Values or numbers.

        Raises:
            ShapeError: There are more or fewer than `nin`.
        """
        x = as_row(x, self.nin, self)
        products = [w * v for w, v in zip(self.w, x)]  # noqa: B905 (as_row did)
        return activate(self.activation, add_up([*products, self.b]))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.nin}, {name_of(self.activation)})"


class Layer(Module):
    """Several neurons on the same inputs.

    Args:
        nin: How many inputs.
        nout: How many neurons.
        activation: As in `Neuron`; also "softmax" or "log_softmax", which act on all
            outputs together.
        rng: What the weights are drawn from, neuron by neuron; see `initializers`.

    Attributes:
        neurons: The neurons, a list.

    Raises:
        ChoiceError: There is no such activation.

    Example:
        >>> from microbp import Layer
        >>> layer = Layer(2, 3, "softmax", rng=0)
        >>> p = layer([1.0, 0.5])
        >>> len(p), round(sum(p).data, 12)
        (3, 1.0)
        >>> Layer(2, 3)([1.0, 0.5, 0.0])
        Traceback (most recent call last):
        ...
        microbp.errors.ShapeError: Layer(2, 3, 'relu') takes 2 inputs, not 3: every \
call needs as many as the module was made for
    """

    def __init__(
        self, nin: int, nout: int, activation: Any = "relu", rng: Any = None
    ) -> None:
        self.nin, self.nout = as_count(nin, "nin"), as_count(nout, "nout")
        self.activation = checked(activation, of_layer=True)
        if self.activation in OF_LAYERS and self.nout == 1:
            raise ArgumentError(
                f"{self.activation} of one output is constant, so it cannot learn: "
                "use 'sigmoid', or two outputs"
            )
        width = limit(self.activation, self.nin, self.nout)
        drawn = uniform(as_rng(rng), width, self.nin * self.nout)
        each = "linear" if self.activation in OF_LAYERS else self.activation
        self.neurons = []
        for start in range(0, len(drawn), self.nin):
            weights = drawn[start : start + self.nin]
            self.neurons.append(Neuron(self.nin, each, weights=weights))
        _number(self.neurons, "neuron")

    def forward(self, x: Any) -> Any:
        """The outputs of the neurons.

        Args:
            x: The inputs, `(nin,)`: Values or numbers.

        Returns:
            A Value if there is one neuron, else a list of `nout` Values.

        Raises:
            ShapeError: There are more or fewer than `nin`.
        """
        x = as_row(x, self.nin, self)
        out = [neuron(x) for neuron in self.neurons]
        if self.activation in OF_LAYERS:
            out = OF_LAYERS[self.activation](out)
        return out[0] if len(out) == 1 else out

    def __repr__(self) -> str:
        name = name_of(self.activation)
        return f"{type(self).__name__}({self.nin}, {self.nout}, {name})"


class MLP(Module):
    """A multi-layer perceptron: layers, each on the outputs of the one before.

    Args:
        nin: How many inputs.
        nouts: How many neurons in each layer, from the first to the last.
        activation: Of all layers but the last; a name or a function, as in `Neuron`.
        output: Of the last layer: None or "linear", any other name, or "softmax" or
            "log_softmax", which act on all outputs together.
        rng: What the weights are drawn from: a NumPy `Generator`, a `random.Random`, an
            int, or None. The same int gives the same network.

    Attributes:
        layers: The layers, a list.

    Raises:
        ChoiceError: There is no such activation.
        ArgumentError: There are no layers, or one has no neurons.

    Example:
        >>> from microbp import MLP
        >>> model = MLP(2, [16, 16, 1], rng=0)
        >>> print(model)
        MLP(2, [16, 16, 1], activation='relu') with 337 parameters
        >>> model([1.0, -1.0]).scope.path
        'mlp/layer 3/neuron 1'
    """

    def __init__(
        self,
        nin: int,
        nouts: Iterable[int],
        activation: Any = "relu",
        output: Any = None,
        rng: Any = None,
    ) -> None:
        self.nin, self.nouts = as_count(nin, "nin"), _sizes(nouts)
        self.activation = checked(activation)
        self.output = checked(output, "output", of_layer=True)
        rng = as_rng(rng)
        sizes = [self.nin, *self.nouts]
        each = [self.activation] * (len(self.nouts) - 1) + [self.output]
        self.layers = [
            Layer(m, n, act, rng)
            for m, n, act in zip(sizes, sizes[1:], each, strict=False)
        ]
        _number(self.layers, "layer")

    def forward(self, x: Any) -> Any:
        """The outputs of the last layer.

        Args:
            x: The inputs, `(nin,)`: Values or numbers.

        Returns:
            A Value if the last layer has one neuron, else a list of Values.

        Raises:
            ShapeError: There are more or fewer than `nin`.
        """
        x = as_row(x, self.nin, self)
        for layer in self.layers:
            x = layer(x)
        return x

    def __repr__(self) -> str:
        head = f"{type(self).__name__}({self.nin}, {self.nouts}"
        tail = "" if self.output == "linear" else f", output={name_of(self.output)}"
        return f"{head}, activation={name_of(self.activation)}{tail})"

    def __str__(self) -> str:
        return f"{self!r} with {len(self.parameters())} parameters"


def _weight(number: Any, label: str) -> Value:
    data = number if type(number) is float else to_float(number, f"the weight {label}")
    return leaf(data, label, "parameter")


def _number(modules: Any, word: str) -> None:
    for place, module in enumerate(modules, 1):
        module.name = f"{word} {place}"


def _sizes(nouts: Any) -> list[int]:
    if not hasattr(nouts, "__iter__") or isinstance(nouts, str):
        raise ArgumentTypeError(
            f"nouts is a list with the size of each layer, not {nouts!r}: "
            "for example [16, 16, 1]"
        )
    sizes = [as_count(n, "the size of a layer") for n in nouts]
    if not sizes:
        raise ArgumentError("nouts names no layer: for example [16, 16, 1]")
    return sizes
