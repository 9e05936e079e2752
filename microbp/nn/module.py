"""Module: what has parameters and computes.

Map: `Module` is the base of Neuron, Layer, MLP and of networks that users write.
"""

from __future__ import annotations

from reprlib import recursive_repr

from microbp.engine.scope import Scope
from microbp.engine.value import Value
from microbp.errors import ArgumentTypeError

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
