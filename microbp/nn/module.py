"""Module: what has parameters and computes.

Map: `Module` is the base of Neuron, Layer, MLP and of networks that users write.
"""

from __future__ import annotations

from reprlib import recursive_repr

from microbp.engine.scope import Scope
from microbp.engine.value import Value
from microbp.errors import ArgumentError, ArgumentTypeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Module:
    """Something with parameters that computes; write `forward` in a subclass.

    Parameters are found, not registered: they are the Values that a module holds as
    attributes, and those of the modules that it holds, also in lists, tuples, dicts and
    NumPy object arrays. Results of operations and constants are not parameters.

    Every node that is made during a call remembers the module that made it, so that a
    picture can fold a module into one box. A module that a module holds is called as
    the attribute is, unless its `name` was set before.

    Attributes:
        name: What pictures call this module.

    Example:
        >>> from microbp import Layer, Module, Value
        >>> class Net(Module):
        ...     def __init__(self):
        ...         self.hidden = Layer(2, 3, "tanh", rng=0)
        ...         self.scale = Value(10.0, label="scale")
        ...     def forward(self, x):
        ...         return self.scale * sum(self.hidden(x))
        >>> net = Net()
        >>> y = net([1.0, -1.0])
        >>> y.scope.path, len(net.parameters())
        ('net', 10)
        >>> net
        Net(hidden=Layer(2, 3, 'tanh'))
    """

    name: str = ""
    _described: tuple[str, str, str] | None = None

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """What `forward` computes, its nodes marked as made by this module."""
        with Scope(*(self._described or self._describe())):
            return self.forward(*inputs, **options)

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """Compute the output; each subclass writes its own.

        Raises:
            ArgumentTypeError: The subclass has not.
        """
        raise ArgumentTypeError(
            f"{type(self).__name__} cannot be called, as it has no forward: "
            "define forward(self, x) in it"
        )

    def parameters(self) -> list[Value]:
        """The Values that training changes, each once, in the order of the attributes.

        Example:
            >>> from microbp import Neuron
            >>> [p.label for p in Neuron(2).parameters()]
            ['w1', 'w2', 'b']
        """
        found: dict[Value, str] = {}
        _search(vars(self).items(), "", found, {id(self)})
        return list(found)

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The parameters with the path of attributes that leads to each.

        Example:
            >>> from microbp import MLP
            >>> [name for name, value in MLP(1, [1]).named_parameters()]
            ['layers.0.neurons.0.w.0', 'layers.0.neurons.0.b']
        """
        found: dict[Value, str] = {}
        _search(_inside(self, set()), "", found, {id(self)})
        return [(name, value) for value, name in found.items()]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.0."""
        for parameter in self.parameters():
            parameter.grad = 0.0

    def summary(self, inputs: int | None = None) -> None:
        """Print the parts with their outputs, parameters and scalar nodes.

        Args:
            inputs: How many numbers a sample has; by default `nin`.

        Raises:
            ArgumentError: It is not known how many inputs there are.

        Example:
            >>> from microbp import MLP
            >>> MLP(3, [4, 1], rng=0).summary()
            Model: MLP(3, [4, 1], activation='relu')
            Layer    Output     Parameters  Scalar nodes
            layer 1  (None, 4)          16            36
            layer 2  (None, 1)           5            10
            Total: 21 parameters, each of them a Value, and 49 scalar nodes a sample
        """
        from microbp.nn.summary import summary

        print(summary(self, inputs))

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        metrics: Any = None,
        dtype: Any = "float32",
    ) -> None:
        """Say how to train: what `fit`, `evaluate` and `predict` will use.

        Args:
            optimizer: An optimizer, or its name such as `"sgd"`.
            loss: A loss `(y_true, y_pred)` of one sample, or its Keras name.
            metrics: A list of names such as `"accuracy"`, or of functions of targets
                and outputs, `(n, outputs)` each, to a number for each sample.
            dtype: `"float32"` or `"float64"`, of the arrays that are computed with.

        Raises:
            ChoiceError: There is no such name.

        Example:
            >>> from microbp import MLP, SGD
            >>> model = MLP(1, [1], rng=0)
            >>> model.compile(SGD(learning_rate=0.1), "mean_squared_error")
            >>> history = model.fit([[0.0], [1.0]], [1.0, 3.0], epochs=200, verbose=0)
            >>> model.predict([[2.0]]).round(3).tolist()
            [[5.0]]
        """
        from microbp.train.training import Training

        self._training = Training(self, optimizer, loss, metrics, dtype)

    def fit(
        self,
        X: Any,
        y: Any,
        batch_size: int = 32,
        epochs: int = 1,
        verbose: Any = 1,
        callbacks: Any = (),
        validation_split: float = 0.0,
        validation_data: Any = None,
        **others: Any,
    ) -> Any:
        """Train on samples: the scalar graph is recorded once and run as arrays.

        Args:
            X: `(n, inputs)`, real numbers.
            y: `(n,)` or `(n, outputs)`; class numbers for
                sparse_categorical_crossentropy.
            batch_size: Samples for each step.
            epochs: How often all samples are used.
            verbose: 0 for silence, 1 for a bar, 2 for a line an epoch.
            callbacks: What happens after each epoch; see `train.callbacks`.
            validation_split: A share that is held out, taken from the end.
            validation_data: `(X, y)` that is held out.
            others: `shuffle=True`; `seed`, from which the order of the samples
                follows; `initial_epoch`; `resume`, a file that `Checkpoint` wrote.

        Returns:
            A `History`: `.history["loss"]` is the mean loss of each epoch.

        Raises:
            ShapeError: The data do not fit the model.
            ArgumentError: A number is not finite or out of range.
        """
        known = {"shuffle", "seed", "initial_epoch", "resume"}
        for name in others.keys() - known:
            raise ArgumentTypeError(
                f"fit takes no {name!r}: what it takes besides the named ones is "
                f"{', '.join(sorted(known))}"
            )
        return self._compiled("fit").fit(
            X,
            y,
            batch_size,
            epochs,
            verbose,
            callbacks,
            validation_split,
            validation_data,
            **others,
        )

    def evaluate(self, X: Any, y: Any, verbose: Any = 0) -> Any:
        """The mean loss over samples; a list with metrics if there are any."""
        return self._compiled("evaluate").evaluate(X, y, verbose)

    def predict(self, X: Any) -> Any:
        """The outputs for samples, an array `(n, outputs)`."""
        return self._compiled("predict").predict(X)

    def _compiled(self, what: str) -> Any:
        training = vars(self).get("_training")
        if training is None:
            raise ArgumentError(
                f"{what} needs to know how: call model.compile(optimizer=..., "
                "loss=...) first"
            )
        return training

    def __setattr__(self, attribute: str, thing: Any) -> None:
        object.__setattr__(self, attribute, thing)
        if attribute != "_described":
            self._described = None  # the repr may have changed
            _name_after(attribute, thing)

    def _describe(self) -> tuple[str, str, str]:
        kind = type(self).__name__.lower()
        self._described = kind, self.name or kind, repr(self)
        return self._described

    @recursive_repr()
    def __repr__(self) -> str:
        parts = [f"{k}={v!r}" for k, v in vars(self).items() if _has_module(v)]
        return f"{type(self).__name__}({', '.join(parts)})"


def _search(items: Any, path: str, found: dict[Value, str], met: set[int]) -> None:
    """Enter the parameters among the items into `found`, which keeps their order."""
    for key, thing in items:
        if isinstance(thing, Value):
            if thing.kind in ("parameter", "leaf"):
                found.setdefault(thing, f"{path}{key}")
        else:
            _search(_inside(thing, met), f"{path}{key}.", found, met)


def _inside(thing: Any, met: set[int]) -> Any:
    """What a module, a list, a tuple, a dict or an object array holds, with its key."""
    if isinstance(thing, Module):
        if id(thing) in met:  # shared, or a module that holds its owner
            return ()
        met.add(id(thing))
        if type(thing).parameters is Module.parameters:
            return vars(thing).items()
        return enumerate(thing.parameters())  # a subclass that knows its own
    if isinstance(thing, dict):
        return thing.items()
    if isinstance(thing, (list, tuple)):
        return enumerate(thing)
    is_object_array = getattr(getattr(thing, "dtype", None), "kind", "") == "O"
    return enumerate(thing.flat) if is_object_array else ()


def _name_after(attribute: str, thing: Any) -> None:
    if isinstance(thing, Module):
        thing.name = thing.name or attribute
    elif isinstance(thing, (list, tuple)):
        for place, each in enumerate(thing, 1):
            if isinstance(each, Module):
                each.name = each.name or f"{attribute} {place}"


def _has_module(thing: Any) -> bool:
    if isinstance(thing, (list, tuple)):
        return any(isinstance(each, Module) for each in thing)
    return isinstance(thing, Module)
