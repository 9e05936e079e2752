"""What is going on around a computation: which module computes, and is it recorded?

Map: `Scope` names the module that computes. `no_grad` computes without a graph.
"""

from __future__ import annotations

from microbp.engine.value import swap_recording, swap_scope
from microbp.errors import ArgumentError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Scope:
    """Names the module that computes: open one around its work with `with`.

    Every node made inside remembers the innermost scope, so that a picture can be
    folded by module although the graph knows nothing of modules.

    Args:
        kind: What sort of module, such as `"layer"`.
        name: Which one, such as `"layer 1"`.
        title: What it is, such as `"Layer(2, 16, relu)"`.

    Attributes:
        outer: The scope around this one, or None.
        path: The names from the outside in, such as `"mlp/layer 1"`.

    Example:
        >>> from microbp import Value
        >>> from microbp.engine.scope import Scope
        >>> with Scope("layer", "layer 1"):
        ...     y = Value(1.0) + 2.0
        >>> y.scope.path
        'layer 1'
    """

    __slots__ = ("kind", "name", "outer", "title", "used")

    def __init__(self, kind: str, name: str, title: str = "") -> None:
        self.kind, self.name, self.title = kind, name, title
        self.outer: Scope | None = None
        self.used = False

    def __enter__(self) -> Scope:
        if self.used:
            raise ArgumentError(
                f"{self!r} was opened before, and its nodes remember where: "
                f"make a new one, Scope({self.kind!r}, {self.name!r})"
            )
        self.used = True
        self.outer = swap_scope(self)
        return self

    def __exit__(self, *exception: object) -> None:
        swap_scope(self.outer)

    @property
    def path(self) -> str:  # noqa: D102 (in the class docstring)
        return f"{self.outer.path}/{self.name}" if self.outer else self.name

    def __repr__(self) -> str:
        return f"Scope({self.kind!r}, {self.path!r})"


class no_grad:  # PyTorch's name, so in small letters
    """Compute without building a graph: results are leaves.

    Like the scope of a module, this holds for the thread that it is opened in.

    Example:
        >>> from microbp import Value, no_grad
        >>> w = Value(3.0)
        >>> with no_grad():
        ...     y = w * w
        >>> y, y.parents
        (Value(data=9.0, grad=0.0), ())
    """

    def __init__(self) -> None:
        self.before: list[bool] = []  # one for each time this is entered

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function without a graph: for use as a decorator, `@no_grad()`."""

        def without_graph(*args: Any, **options: Any) -> Any:
            with self:
                return function(*args, **options)

        without_graph.__name__ = getattr(function, "__name__", "without_graph")
        without_graph.__doc__ = function.__doc__
        return without_graph

    def __enter__(self) -> None:
        self.before.append(swap_recording(False))

    def __exit__(self, *exception: object) -> None:
        swap_recording(self.before.pop())
