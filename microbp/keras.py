"""Keras's names for microbp's networks, so that a listing runs with other imports.

`Sequential([Dense(64, activation="relu", input_shape=(784,)), ...])` is a network of
scalars like any other: it can be drawn, explained and opened after training.

Not here: layers other than dense ones, and tensors of more than two dimensions.

Map: `Sequential`, `Dense`, `Input`, `load_model`; the optimizers and callbacks are
microbp's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbp.errors import (
    ArgumentError,
    ArgumentTypeError,
    MicrobpError,
    ModelFileError,
    ShapeError,
)
from microbp.nn.layers import Layer
from microbp.nn.module import Module
from microbp.train.callbacks import EarlyStopping, History
from microbp.train.optimizers import SGD, Adam, AdamW, RMSprop
from microbp.train.storage import read, write

if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "SGD",
    "Adam",
    "AdamW",
    "Dense",
    "EarlyStopping",
    "History",
    "Input",
    "RMSprop",
    "Sequential",
    "load_model",
]


class Input:
    """The shape of a sample: `Input(shape=(784,))`."""

    def __init__(self, shape: Any) -> None:
        self.size = _size(shape)


class Dense:
    """A layer to be: its inputs are known when it stands in a network.

    Args:
        units: How many neurons.
        activation: Its name, or None.
        input_shape: `(n,)`, for a first layer.
        input_dim: The same as a number.
        name: What pictures call it.
    """

    def __init__(
        self,
        units: int,
        activation: Any = None,
        input_shape: Any = None,
        input_dim: int | None = None,
        name: str = "",
    ) -> None:
        if input_dim is not None:
            input_shape = (input_dim,)
        self.units, self.activation, self.name = units, activation, name
        self.size = None if input_shape is None else _size(input_shape)


class Sequential(Module):
    """Layers one after another; each weight a Value.

    First weights are Glorot's, uniform, and biases 0, as in Keras.

    Args:
        layers: `Dense` layers, with an `Input` before or an `input_shape` in the first.
        rng: What the weights are drawn from; the same int gives the same network.
        name: What pictures call it.

    Raises:
        ShapeError: The size of the input is not known.

    Example:
        >>> from microbp.keras import Dense, Input, Sequential
        >>> model = Sequential([Input((2,)), Dense(3, "relu"), Dense(1)], rng=0)
        >>> model.count_params()
        13
    """

    def __init__(
        self, layers: Any = (), rng: Any = None, name: str = "sequential"
    ) -> None:
        from microbp.nn.initializers import as_rng

        self._rng = as_rng(rng)
        self._size: int | None = None
        self.layers: list[Layer] = []
        self.name = name
        for layer in layers:
            self.add(layer)

    def add(self, layer: Any) -> None:
        """Put a layer behind the others."""
        if isinstance(layer, Input):
            self._size = layer.size
            return
        if not isinstance(layer, Dense):
            raise ArgumentTypeError(
                f"Sequential takes Dense layers and an Input, not {layer!r}"
            )
        if self._size is None:
            self._size = layer.size
        if self._size is None:
            raise ShapeError(
                "the size of the input is not known: give the first layer "
                "input_shape=(n,), or put Input(shape=(n,)) before it"
            )
        made = Layer(self._size, layer.units, layer.activation, self._rng)
        width = (6.0 / (made.nin + made.nout)) ** 0.5
        for neuron in made.neurons:
            for w in neuron.w:
                w.data = width * (2.0 * self._rng.random() - 1.0)
        made.name = layer.name or f"dense {len(self.layers) + 1}"
        self.layers.append(made)
        self._size = made.nout

    @property
    def nin(self) -> int:
        """How many inputs."""
        if not self.layers:
            raise ArgumentError("the network has no layers: add a Dense")
        return self.layers[0].nin

    def forward(self, x: Any) -> Any:
        """The outputs of the last layer for one sample."""
        for layer in self.layers:
            x = layer(x)
        return x

    def count_params(self) -> int:
        """How many weights and biases."""
        return sum((layer.nin + 1) * layer.nout for layer in self.layers)

    def get_weights(self) -> list[Any]:
        """For each layer its kernel `(nin, nout)` and its bias `(nout,)`."""
        import numpy as np

        arrays = []
        for layer in self.layers:
            arrays.append(np.array([[w.data for w in n.w] for n in layer.neurons]).T)
            arrays.append(np.array([n.b.data for n in layer.neurons]))
        return arrays

    def set_weights(self, weights: Any) -> None:
        """Take kernels and biases, as `get_weights` gives them.

        Raises:
            ShapeError: They do not fit; nothing is changed then.
        """
        import numpy as np

        given = [np.asarray(array, float) for array in weights]
        needed = [array.shape for array in self.get_weights()]
        if [array.shape for array in given] != needed:
            raise ShapeError(
                f"set_weights needs arrays of shapes {needed}, not "
                f"{[array.shape for array in given]}"
            )
        for layer, kernel, bias in zip(
            self.layers, given[::2], given[1::2], strict=True
        ):
            for neuron, column, b in zip(layer.neurons, kernel.T, bias, strict=True):
                neuron.b.data = float(b)
                for w, number in zip(neuron.w, column.tolist(), strict=True):
                    w.data = number

    def save(self, path: Any) -> None:
        """Write layers and weights to a file; `load_model` reads it.

        Args:
            path: The file, `.npz`. One that is there is replaced when the new one is
                complete.

        Raises:
            ArgumentTypeError: An activation is a function, which a file cannot hold.
        """
        import numpy as np

        for layer in self.layers:
            if not isinstance(layer.activation, str):
                raise ArgumentTypeError(
                    f"the activation {layer.activation!r} is a function, which a file "
                    "cannot hold: use one that has a name"
                )
        described = [
            {"nin": x.nin, "units": x.nout, "activation": x.activation, "name": x.name}
            for x in self.layers
        ]
        numbers = np.array([p.data for p in self.parameters()])
        head = {"name": self.name, "layers": described}
        write(path, "sequential", head, {"weights": numbers})

    def __repr__(self) -> str:
        return f"Sequential({self.layers!r})"


def load_model(path: Any) -> Sequential:
    """The network in a file that `Sequential.save` wrote.

    Raises:
        ModelFileError: It is damaged, or no such file.
        FileNotFoundError: There is none.

    Example:
        >>> import os, tempfile
        >>> from microbp.keras import Dense, Sequential, load_model
        >>> path = os.path.join(tempfile.mkdtemp(), "model.npz")
        >>> Sequential([Dense(3, "tanh", input_shape=(2,))], rng=0).save(path)
        >>> load_model(path)
        Sequential([Layer(2, 3, 'tanh')])
    """
    head, arrays = read(path, "sequential")
    numbers = arrays.get("weights")
    try:
        layers = [
            Dense(x["units"], x["activation"], (x["nin"],), name=x["name"])
            for x in head["layers"]
        ]
        model = Sequential(layers, rng=0, name=head["name"])
        as_described = [layer.nin for layer in model.layers] == [
            x["nin"] for x in head["layers"]
        ]
    except (KeyError, TypeError, MicrobpError) as error:
        raise ModelFileError(
            f"{str(path)!r} does not describe a Sequential, {error}: save it anew"
        ) from error
    parameters = model.parameters()
    if (
        not as_described
        or numbers is None
        or numbers.dtype != float
        or numbers.shape != (len(parameters),)
    ):
        raise ModelFileError(
            f"{str(path)!r} describes a network of {len(parameters)} weights and does "
            "not hold them: save it anew"
        )
    for parameter, number in zip(parameters, numbers.tolist(), strict=True):
        parameter.data = number
    return model


def _size(shape: Any) -> int:
    sizes = tuple(shape) if hasattr(shape, "__iter__") else (shape,)
    if len(sizes) != 1:
        raise ShapeError(
            f"a sample is one row of numbers, so its shape is (n,), not {shape!r}: "
            "flatten it, as in X.reshape(len(X), -1)"
        )
    return int(sizes[0])
