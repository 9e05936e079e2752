"""Value: a number that remembers how it was made, so that it can be differentiated.

Every operation on Values makes a new Value. It stores three things: the result, the
operands, and the *local derivatives*, d result / d operand. The chain rule needs
nothing else: `backward.py` walks from a result to everything it depends on.

This is one source for two speeds. Plain Python runs it as it stands; where there is a
C compiler, Cython builds it, many times faster and equal to the last bit. Its C fields
are declared in `value.pxd`.

Map, in reading order:

- `Value`: a node: its fields, arithmetic, other engines' names for things.
- `Extra`, `Breaker`: what few nodes have, and how long chains are freed.
- `State`: what is going on in a thread, such as `no_grad`.
- `_node`, `_wide_node`, `apply`, `leaf`: making a node.
- `_number`, `_operand`: what may stand beside a Value.
"""

from __future__ import annotations

try:
    import cython
except ImportError:
    from microbp.engine import plain as cython

from _thread import allocate_lock, get_ident

from microbp.engine.hooks import Hook, probe
from microbp.engine.numbers import knows_better, to_float
from microbp.engine.operations import BY_CODE, FIRST_CODE, OPERATIONS, Operation
from microbp.engine.unknown import refuse_unknown
from microbp.errors import ArgumentTypeError, NumberError, ShapeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from microbp.engine.scope import Scope

compiled: bool = cython.compiled

# What a node is: one kind of leaf or another, or built by hand, or (from FIRST_CODE on)
# the result of an operation. Numbers, because a node has to stay small.
LEAF = cython.declare(cython.ushort, 0)
CONSTANT = cython.declare(cython.ushort, 1)
PARAMETER = cython.declare(cython.ushort, 2)
PLACEHOLDER = cython.declare(cython.ushort, 3)
BY_HAND = cython.declare(cython.ushort, 4)
KINDS = {0: "leaf", 1: "constant", 2: "parameter", 3: "placeholder"}
CODES = {kind: code for code, kind in KINDS.items()}

ADD = cython.declare(cython.ushort, OPERATIONS["+"].code)
SUBTRACT = cython.declare(cython.ushort, OPERATIONS["-"].code)
MULTIPLY = cython.declare(cython.ushort, OPERATIONS["*"].code)
DIVIDE = cython.declare(cython.ushort, OPERATIONS["/"].code)
NEGATE = cython.declare(cython.ushort, OPERATIONS["neg"].code)
SUM = cython.declare(cython.ushort, OPERATIONS["sum"].code)
NUMPY_NAMES = {"arcsin": "asin", "arccos": "acos", "arctan": "atan"}

# What is going on around a computation: a `State` for each thread. Where it is the
# usual in all of them, a new node asks no further: in so many it is not, and in so many
# of these new nodes are watched.
_special = cython.declare(cython.Py_ssize_t, 0)
_watching = cython.declare(cython.Py_ssize_t, 0)
_states: dict[int, State] = {}
_turn = allocate_lock()
_owner = cython.declare(cython.ulong, 0)  # the thread whose state is `_current`
_current = cython.declare(object, None)


@cython.no_gc  # a graph has no cycles: the garbage collector need not look at it
@cython.freelist(262144)  # freed nodes are kept for the next graph
@cython.cclass
class Value:
    """One number in a computation graph.

    Args:
        data: What `float` takes: an int, a float, a NumPy scalar or a 0-d array.
        label: A name for pictures and messages.

    Attributes:
        data: The number, a float; may be assigned.
        grad: dE/d(this), a float; 0.0 until `backward` is called on some E.
        label: The name, `""` when there is none; may be assigned.
        op: The name of the operation that made this, `""` for a leaf.
        operation: The row of the table that `op` names; None for a leaf and for a node
            built by hand, whatever it calls itself.
        parents: The operands, in order; `a + a` has two.
        local_grads: d(this)/d(operand), a float for each of `parents`.
        kind: `"leaf"`, `"constant"` (a plain number beside an operator),
            `"parameter"` (trained by an optimizer), `"placeholder"` (its number comes
            later, see `placeholder`) or `"operation"`.
        scope: The module that computed this, a `Scope`, or None.

    Raises:
        NumberError: `data` is not one real number. It is also a `TypeError`.

    A node may also be built by hand, as micrograd and microgpt do:
    `Value(data, (x, y), "op")` with a function assigned to `_backward`, or
    `Value(data, (x, y), (d_x, d_y))` with the local derivatives.

    Example:
        >>> from microbp import Value
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> c = a * b + a
        >>> c.backward()
        >>> c
        Value(data=-4.0, grad=1.0)
        >>> a
        Value(label='a', data=2.0, grad=-2.0)
        >>> b
        Value(label='b', data=-3.0, grad=2.0)
    """

    _data: float
    _grad: float
    _x: Value | None  # the first operand
    _y: Value | None  # the second
    _dx: float  # d(this)/d(first operand)
    _dy: float
    _code: cython.ushort  # what made this: LEAF and so on, or an operation's code
    _depth: cython.ushort  # how deep freeing this can recurse; see Breaker
    _waiting: cython.uint  # contributions still to come in the walk that is under way
    _link: Value | None  # the next node in line in that walk
    _scope: Any  # the Scope it was made in, or None
    _extra: Extra  # last, so that it is freed after the operands; see Breaker

    __array_priority__ = 1000.0  # np.float64(2) * v asks v first

    def __init__(
        self,
        data: Any,
        _children: Any = (),
        _op: Any = "",
        label: Any = "",
        *,
        children: Any = (),
        local_grads: Any = (),
    ) -> None:
        self._data = data if type(data) is float else _number(data, "Value(data)")
        if label != "":
            self.label = label
        if _children or children:
            _build_by_hand(self, _children or children, local_grads or _op)

    @property
    def data(self) -> float:  # noqa: D102 (the properties are in the class docstring)
        return self._data if self._data == self._data else _known(self)

    @data.setter
    def data(self, number: Any) -> None:
        self._data = number if type(number) is float else _number(number, "Value.data")

    @property
    def grad(self) -> float:  # noqa: D102
        return self._grad

    @grad.setter
    def grad(self, number: Any) -> None:
        self._grad = number if type(number) is float else _number(number, "Value.grad")

    @property
    def label(self) -> str:  # noqa: D102
        return "" if self._extra is None else self._extra.label

    @label.setter
    def label(self, text: Any) -> None:
        if not isinstance(text, str):
            raise ArgumentTypeError(
                f"a label is a str, not {type(text).__name__} {text!r}: use str(...)"
            )
        _extra_of(self).label = text

    @property
    def kind(self) -> str:  # noqa: D102
        return KINDS.get(self._code, "operation")

    @property
    def scope(self) -> Scope | None:  # noqa: D102
        return self._scope

    @property
    def op(self) -> str:  # noqa: D102
        if self._code >= FIRST_CODE:
            return BY_CODE[self._code].name
        return self._extra.op if self._code == BY_HAND else ""

    @property
    def operation(self) -> Operation | None:  # noqa: D102
        return BY_CODE[self._code] if self._code >= FIRST_CODE else None

    @property
    def parents(self) -> tuple[Value, ...]:  # noqa: D102
        if self._x is None:
            return () if self._extra is None else self._extra.parents
        return (self._x,) if self._y is None else (self._x, self._y)

    @property
    def local_grads(self) -> tuple[float, ...]:  # noqa: D102
        if self._x is None:
            if self._extra is None:
                return ()
            return self._extra.local_grads if not self._extra.hook else probe(self)
        if self._y is None:
            return (self._dx,)
        return (self._dx, self._dy)

    # Arithmetic: the result, then the derivative by each operand. The same formulas
    # stand in the operation table; a test holds these to it, bit for bit.

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, Value):
            other = _operand(other)
            if other is NotImplemented:
                return NotImplemented
        y: Value = other
        return _node(ADD, self, y, self._data + y._data, 1.0, 1.0)

    def __sub__(self, other: Any) -> Any:
        if not isinstance(other, Value):
            other = _operand(other)
            if other is NotImplemented:
                return NotImplemented
        y: Value = other
        return _node(SUBTRACT, self, y, self._data - y._data, 1.0, -1.0)

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, Value):
            other = _operand(other)
            if other is NotImplemented:
                return NotImplemented
        y: Value = other
        return _node(MULTIPLY, self, y, self._data * y._data, y._data, self._data)

    def __truediv__(self, other: Any) -> Any:
        if not isinstance(other, Value):
            other = _operand(other)
            if other is NotImplemented:
                return NotImplemented
        y: Value = other
        if y._data == 0.0:
            return apply(OPERATIONS["/"], self, y)
        out: float = self._data / y._data
        return _node(DIVIDE, self, y, out, 1.0 / y._data, -out / y._data)

    def __pow__(self, other: Any) -> Any:
        if not isinstance(other, Value):
            other = _operand(other)
            if other is NotImplemented:
                return NotImplemented
        return apply(OPERATIONS["**"], self, other)

    def __neg__(self) -> Value:
        return _node(NEGATE, self, None, -self._data, -1.0, 0.0)

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        return _unary(OPERATIONS["abs"], self)

    def __radd__(self, other: Any) -> Any:
        x = _operand(other)
        if x is NotImplemented:
            return _elementwise("add", other, self)
        return Value.__add__(x, self)

    def __rsub__(self, other: Any) -> Any:
        x = _operand(other)
        if x is NotImplemented:
            return _elementwise("subtract", other, self)
        return Value.__sub__(x, self)

    def __rmul__(self, other: Any) -> Any:
        x = _operand(other)
        if x is NotImplemented:
            return _elementwise("multiply", other, self)
        return Value.__mul__(x, self)

    def __rtruediv__(self, other: Any) -> Any:
        x = _operand(other)
        if x is NotImplemented:
            return _elementwise("divide", other, self)
        return Value.__truediv__(x, self)

    def __rpow__(self, other: Any) -> Any:
        x = _operand(other)
        if x is NotImplemented:
            return _elementwise("power", other, self)
        return Value.__pow__(x, self)

    # The busiest functions are spelled out; `__getattr__` finds the rest in the table.

    def exp(self) -> Value:
        """`e ** self`."""
        return _unary(OPERATIONS["exp"], self)

    def log(self) -> Value:
        """The natural logarithm."""
        return _unary(OPERATIONS["log"], self)

    def tanh(self) -> Value:
        """The hyperbolic tangent."""
        return _unary(OPERATIONS["tanh"], self)

    def sigmoid(self) -> Value:
        """`1 / (1 + exp(-self))`."""
        return _unary(OPERATIONS["sigmoid"], self)

    def relu(self) -> Value:
        """The larger of self and 0."""
        return _unary(OPERATIONS["relu"], self)

    def __getattr__(self, name: str) -> Any:
        if cython.compiled and self._extra is not None:
            attributes = self._extra.attributes
            if attributes is not None and name in attributes:
                return attributes[name]
        operation = OPERATIONS.get(NUMPY_NAMES.get(name, name))
        if operation is None or not operation.is_function:
            raise AttributeError(f"Value has no attribute {name!r}")
        return lambda *others: apply(operation, self, *others)

    def __dir__(self) -> list[str]:
        methods = [row.name for row in OPERATIONS.values() if row.is_function]
        return [*object.__dir__(self), *methods]

    def __float__(self) -> float:
        return self.data

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def __repr__(self) -> str:
        name = f"label={self.label!r}, " if self.label else ""
        if self._code == PLACEHOLDER and self._data != self._data:
            return f"placeholder({self.label!r})"
        return f"Value({name}data={self._data!r}, grad={self._grad!r})"

    def __hash__(self) -> int:  # two Values are equal only if they are the same one
        return object.__hash__(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if _display is None:
            return {"text/plain": repr(self)}
        return _display(self)

    def __lt__(self, other: Any) -> Any:
        y = _plain(other)
        return y if y is NotImplemented else self.data < y

    def __le__(self, other: Any) -> Any:
        y = _plain(other)
        return y if y is NotImplemented else self.data <= y

    def __gt__(self, other: Any) -> Any:
        y = _plain(other)
        return y if y is NotImplemented else self.data > y

    def __ge__(self, other: Any) -> Any:
        y = _plain(other)
        return y if y is NotImplemented else self.data >= y

    def backward(self) -> None:
        """Compute d(self)/d(node) into `grad`, for every node that self depends on.

        Leaves add it to the `grad` they have, as in PyTorch, so that the gradients of a
        batch can be summed up; set it to 0.0 between steps (`Module.zero_grad`). All
        other nodes start afresh: a second call doubles the leaves and nothing else.
        There is no recursion, so a graph may be millions of operations deep.

        Example:
            >>> from microbp import Value
            >>> x = Value(3.0)
            >>> y = (x * x) * x
            >>> y.backward()
            >>> x.grad
            27.0
            >>> y.backward()
            >>> x.grad
            54.0
        """
        from microbp.engine.backward import backward

        backward(self)

    def forward(self) -> float:
        """Compute this and everything behind it anew, after leaves were changed.

        A local derivative is recorded when its node is made. Whoever changes `x.data`
        afterwards calls this before `backward`, or builds the graph anew.

        Returns:
            The new number.

        Raises:
            ArgumentError: A node was built by hand, so its formula is not known.

        Example:
            >>> from microbp import Value
            >>> x = Value(3.0)
            >>> y = x * x
            >>> x.data = 5.0
            >>> y.forward()
            25.0
            >>> y.backward()
            >>> x.grad
            10.0
        """
        from microbp.engine.backward import forward

        forward(self)
        return self.data

    def detach(self) -> Value:
        """A leaf with the same number and label, cut off from the graph."""
        return leaf(self.data, label=self.label)

    # Names that programs written for micrograd and microgpt use.

    @property
    def _prev(self) -> set[Value]:
        return set(self.parents)

    @property
    def _children(self) -> tuple[Value, ...]:
        return self.parents

    @property
    def _op(self) -> str:
        return self.op

    @property
    def _local_grads(self) -> tuple[float, ...]:
        return self.local_grads

    @property
    def _backward(self) -> Callable[[], None]:
        if self._extra is not None and self._extra.hook is not None:
            hook = self._extra.hook
            return lambda: hook(self)
        from microbp.engine.backward import carry

        return lambda: carry(self)

    @_backward.setter
    def _backward(self, hook: Callable[[], None]) -> None:
        if not callable(hook):
            raise ArgumentTypeError(
                f"_backward is a function of no arguments, not {hook!r}: "
                "it adds to the grad of the operands"
            )
        parents = self.parents
        self._x = self._y = None  # from now on the hook decides
        _extra_of(self).parents = parents
        self._extra.hook = Hook(hook, self)
        if self._code < BY_HAND and parents:
            self._code = BY_HAND

    def __reduce__(self) -> Any:
        if self._code >= BY_HAND:
            raise ArgumentTypeError(
                f"{self!r}, made by {self.op!r}, cannot be copied or pickled without "
                "its graph: use .detach() for the number alone"
            )
        if cython.compiled:
            extra = self._extra
            attributes = None if extra is None else extra.attributes
        else:
            fields = Value.__annotations__
            attributes = {k: v for k, v in vars(self).items() if k not in fields}
        return _restore, (
            type(self),
            self._data,
            self._grad,
            self.label,
            self.kind,
            attributes,
        )

    def __setattr__(self, name: str, thing: Any) -> None:
        setter = SETTERS.get(name) if type(self) is Value else None
        if setter is None:
            there = getattr(type(self), name, None)
            setter = getattr(there, "__set__", None)
            if there is not None and setter is None:
                raise AttributeError(f"Value.{name} is taken: choose another name")
        if setter is not None:
            setter(self, thing)
            return
        extra = _extra_of(self)
        if extra.attributes is None:
            extra.attributes = {}
        extra.attributes[name] = thing

    def __delattr__(self, name: str) -> None:
        attributes = None if self._extra is None else self._extra.attributes
        if attributes is None or name not in attributes:
            raise AttributeError(f"Value.{name} cannot be deleted")
        del attributes[name]


# Names that live in a node itself; any other that a user hangs on it (`p.m = 0.0`) is
# kept in its Extra. Plain Python has a dictionary in every object for that.
SETTERS = {
    name: getattr(Value, name).__set__
    for name in ("data", "grad", "label", "_backward")
}


@cython.no_gc
@cython.cclass
class Extra:
    """What few nodes have, kept apart so that the many stay small."""

    label: str
    op: str  # what a node built by hand calls its operation
    hook: Any  # the function assigned to `_backward`
    parents: tuple[
        Value, ...
    ]  # of a node with more than two operands, or built by hand
    local_grads: tuple[float, ...]
    attributes: dict[str, Any]  # whatever a user hung on the node
    breaker: Breaker


@cython.no_gc
@cython.cclass
class Breaker:
    """Keeps the freeing of a long chain from overflowing the C stack (compiled only).

    A freed node lets go of its operands, which are freed in turn, and so on, a million
    calls deep. So every 200th node on a path also gives its operands to a Breaker,
    which is freed last and hands them to a list that the outermost Breaker empties.
    """

    held: object

    def __dealloc__(self) -> None:
        global _emptying
        _doomed.append(self.held)
        if not _emptying:
            _emptying = True
            while _doomed:
                _doomed.pop()
            _emptying = False


_doomed: list[Any] = []
_emptying = cython.declare(cython.bint, False)

if not cython.compiled:  # C fields start as zero and None; here the class has them
    Value._grad, Value._code, Value._waiting = 0.0, 0, 0
    Value._x = Value._y = Value._link = Value._scope = None
    Value._extra = None  # type: ignore[assignment]
    Extra.label = Extra.op = ""
    Extra.hook = Extra.attributes = Extra.breaker = None  # type: ignore[assignment]
    Extra.parents = Extra.local_grads = ()
    # A plain class keeps attributes by itself, and can be given methods; with a
    # `__getattr__` Python would read every attribute the slow way.
    del Value.__setattr__, Value.__delattr__, Value.__getattr__


@cython.cclass
class State:
    """What is going on in one thread: see `Scope`, `no_grad` and `detect_anomaly`."""

    recording: cython.bint  # False inside `no_grad`
    scope: Any  # the innermost open `Scope`, or None
    watch: Any  # sees every new node, inside `detect_anomaly`, or None

    def __init__(self) -> None:
        self.recording = True
        self.scope = self.watch = None


@cython.cfunc
def _state() -> State:
    """The state of this thread; kept at hand while the thread stays the same."""
    global _owner, _current
    if not cython.compiled:  # where threads may change between any two lines
        return _states.get(get_ident()) or _states.setdefault(get_ident(), State())
    thread: cython.ulong = PyThread_get_thread_ident()  # type: ignore[name-defined] # noqa: F821 (C, see value.pxd)
    if thread != _owner:
        _current = _states.setdefault(get_ident(), State())
        _owner = thread
    return _current


@cython.cfunc
def _is_usual(state: State) -> cython.bint:
    return state.recording and state.scope is None and state.watch is None


def _recount(special: int, watching: int) -> None:
    """So many threads more, or less, in which something goes on."""
    global _special, _watching
    with _turn:
        _special += special
        _watching += watching


@cython.cfunc
def _begun(node: Value) -> cython.bint:
    """Is this node to be recorded? Then it remembers its module."""
    state: State = _state()
    if state.recording:
        node._scope = state.scope
    return state.recording


@cython.cfunc
def _seen(node: Value) -> object:
    state: State = _state()
    if state.watch is not None:
        state.watch(node)
    return None


def publish(operation: Operation) -> None:
    """Make an operation a method of Value, if it is written as a function."""
    if operation.is_function and not hasattr(Value, operation.name):
        method = lambda *operands: apply(operation, *operands)  # noqa: E731
        setattr(Value, operation.name, method)


if not cython.compiled:
    for _row in OPERATIONS.values():
        publish(_row)
    for _numpy_name, _name in NUMPY_NAMES.items():
        setattr(Value, _numpy_name, getattr(Value, _name))


_display: Any = None  # how a notebook shows a Value; the rooms above decide


def set_display(show: Callable[[Value], dict[str, Any]]) -> None:
    """Let `show` make what a notebook displays for a Value: texts by MIME type."""
    global _display
    _display = show


def swap_scope(scope: Scope | None) -> Scope | None:
    """Make this the innermost scope; tells which one it was. For `Scope` alone."""
    state: State = _state()
    was_usual: cython.bint = _is_usual(state)
    before: Scope | None = state.scope
    state.scope = scope
    if was_usual != _is_usual(state):
        _recount(1 if was_usual else -1, 0)
    return before


def swap_recording(recording: bool) -> bool:
    """Record operations or not; tells what it was before. For `no_grad` alone."""
    state: State = _state()
    was_usual: cython.bint = _is_usual(state)
    before = bool(state.recording)
    state.recording = recording
    if was_usual != _is_usual(state):
        _recount(1 if was_usual else -1, 0)
    return before


def swap_watch(watch: Callable[[Value], None] | None) -> Any:
    """Let a function look at every new node, or none; gives back the one before."""
    state: State = _state()
    was_usual: cython.bint = _is_usual(state)
    before = state.watch
    state.watch = watch
    change = 0
    if was_usual != _is_usual(state):
        change = 1 if was_usual else -1
    _recount(change, (watch is not None) - (before is not None))
    return before


def watched() -> bool:
    """Is there a function that looks at every new node?"""
    state: State = _state()
    return state.watch is not None


@cython.cfunc
def _node(
    code: cython.ushort, x: Value, y: Value | None, data: float, dx: float, dy: float
) -> Value:
    """The result of an operation on one operand or two."""
    node: Value = Value.__new__(Value)
    node._data = data
    if not cython.compiled:  # the class has these too, but the walk reads them often
        node._grad = 0.0
        node._waiting = 0
    if _special and not _begun(node):
        return node
    node._code = code
    node._x = x
    node._y = y
    node._dx = dx
    node._dy = dy
    if _watching:
        _seen(node)
    if cython.compiled:
        node._depth = x._depth + 1
        if y is not None and y._depth > x._depth:
            node._depth = y._depth + 1
        if node._depth >= 200:
            _guard(node, (x, y))
    return node


@cython.cfunc
def _wide_node(
    code: cython.ushort,
    parents: tuple[Value, ...],
    data: float,
    local_grads: tuple[float, ...],
) -> Value:
    """The result of an operation on any number of operands."""
    node: Value = Value.__new__(Value)
    node._data = data
    if _special and not _begun(node):
        return node
    node._code = code
    extra = _extra_of(node)
    extra.parents = parents
    extra.local_grads = local_grads
    if _watching:
        _seen(node)
    if cython.compiled:
        depth: cython.ushort = 0
        parent: Value
        for parent in parents:
            if parent._depth > depth:
                depth = parent._depth
        node._depth = depth + 1
        if node._depth >= 200:
            _guard(node, parents)
    return node


@cython.cfunc
def _guard(node: Value, operands: tuple[Any, ...]) -> object:
    extra = _extra_of(node)
    extra.breaker = Breaker.__new__(Breaker)
    extra.breaker.held = operands
    node._depth = 0
    return None


@cython.cfunc
def _extra_of(node: Value) -> Extra:
    extra: Extra = node._extra
    if extra is None:
        node._extra = extra = Extra.__new__(Extra)
        if cython.compiled:
            extra.label = extra.op = ""
            extra.parents = extra.local_grads = ()
    return extra


@cython.cfunc
def _unary(operation: Operation, x: Value) -> Value:
    out, local_grads = operation.evaluate((x._data,))
    return _node(operation.code, x, None, out, local_grads[0], 0.0)


def apply(operation: Operation, *operands: Any) -> Value:
    """The node that an operation makes of its operands, read from the table.

    Args:
        operation: A row of the table.
        operands: Values, or numbers, which become constants. The last may be left out
            where the row has defaults for them.

    Raises:
        ShapeError: Too few operands, or too many.
        NumberError: An operand is no number.
    """
    operands = operation.completed(operands)
    values = tuple([leaf_or_value(v, operation.name) for v in operands])
    numbers = tuple([number_of(v) for v in values])
    out, local_grads = operation.evaluate(numbers)
    if operation.variadic or len(values) > 2:
        return _wide_node(operation.code, values, out, tuple(local_grads))
    if len(values) == 1:
        return _node(operation.code, values[0], None, out, local_grads[0], 0.0)
    dx, dy = local_grads
    return _node(operation.code, values[0], values[1], out, dx, dy)


def add_up(values: list[Value]) -> Value:
    """The sum of at least one Value as one node, added from the left.

    What `apply` makes of the row `sum`, spelled out because every neuron does it. A
    test holds the two together.
    """
    parents = tuple(values)
    for each in parents:
        if not isinstance(each, Value):
            return apply(OPERATIONS["sum"], *parents)
    x: Value = parents[0]
    out: float = x._data
    for x in parents[1:]:
        out += x._data
    return _wide_node(SUM, parents, out, (1.0,) * len(parents))


def leaf_or_value(x: Any, where: str) -> Value:
    """The operand itself if it is a Value, else a constant."""
    return x if isinstance(x, Value) else leaf(_number(x, where), kind="constant")


def leaf(data: float, label: str = "", kind: str = "leaf") -> Value:
    """A Value that nothing computed; `kind` is any but "operation"."""
    node: Value = Value.__new__(Value)
    _become_leaf(node, data, label, kind)
    return node


def _become_leaf(node: Value, data: float, label: str, kind: str) -> None:
    node._data = data
    node._code = CODES[kind]
    if label != "":
        node.label = label


def number_of(node: Value) -> float:
    """The number as it stands, for those who only copy it: nan where it is unknown."""
    return node._data


def set_numbers(nodes: tuple[Value, ...], numbers: list[float]) -> None:
    """Set the data of many Values, quickly."""
    node: Value
    data: float
    for node, data in zip(nodes, numbers, strict=True):
        node._data = data


def _known(node: Value) -> float:
    """Nan, unless it is so for want of the number of a placeholder."""
    if _placeholders:
        refuse_unknown(node)
    return node._data


_placeholders = cython.declare(cython.bint, False)  # is there any?


def new_placeholder(label: str) -> Value:
    """A leaf whose number is not known; see `placeholder`."""
    global _placeholders
    _placeholders = True
    return leaf(float("nan"), label, "placeholder")


def _restore(
    cls: type[Value], data: float, grad: float, label: str, kind: str, more: Any
) -> Value:
    node = cls.__new__(cls)
    _become_leaf(node, data, label, kind)
    node.grad = grad
    for name, thing in (more or {}).items():
        setattr(node, name, thing)
    return node


def _number(x: Any, where: str) -> float:
    if isinstance(x, Value):
        raise NumberError(
            f"{where} takes a number, and {x!r} is a Value already: use it as it is, "
            "or .detach() for a copy that is cut off from its graph"
        )
    return to_float(x, where)


def _plain(x: Any) -> Any:
    """The float beside an operator, or NotImplemented where x knows better."""
    if type(x) is float:
        return x
    if isinstance(x, Value):
        return x.data
    if knows_better(x):
        return NotImplemented
    return to_float(x, "arithmetic with a Value")


def _operand(x: Any) -> Any:
    """The Value beside an operator, or NotImplemented where x knows better."""
    if isinstance(x, Value):  # on the left of a subclass
        return x
    y = _plain(x)
    return y if y is NotImplemented else leaf(y, kind="constant")


def _elementwise(ufunc: str, x: Any, y: Value) -> Any:
    """NumPy's answer for an object array on the left, which let us go first."""
    if not hasattr(x, "__array_ufunc__"):
        return NotImplemented
    import numpy as np

    return getattr(np, ufunc)(x, y)


# ---- nodes built by hand ------------------------------------------------------------


def _build_by_hand(node: Value, operands: Any, op: Any) -> None:
    if isinstance(operands, str):
        raise ArgumentTypeError(
            f"the second argument of Value is for operands, not for text {operands!r}: "
            f"a label is given as label={operands!r}"
        )
    if isinstance(operands, Value) or not hasattr(operands, "__iter__"):
        raise ArgumentTypeError(
            f"the operands of a node are a tuple of Values, not {operands!r}: "
            "write (x,) for a single one"
        )
    if not isinstance(op, (str, tuple, list)):
        raise ArgumentTypeError(
            f"after its operands a node has the name of its operation, a str, or its "
            f"local derivatives, a tuple, not {op!r}"
        )
    parents = tuple(operands)
    for parent in parents:
        if not isinstance(parent, Value):
            raise ArgumentTypeError(
                f"the operands of a node are Values, not {type(parent).__name__} "
                f"{parent!r}: use Value({parent!r})"
            )
    local_grads = (0.0,) * len(parents)
    if not isinstance(op, str):
        local_grads = tuple([_number(d, "a local derivative") for d in op])
        if len(local_grads) != len(parents):
            raise ShapeError(
                f"{len(parents)} operands need as many local derivatives, "
                f"not {len(local_grads)}"
            )
    state: State = _state()
    if state.recording:
        node._code = BY_HAND
        extra = _extra_of(node)
        extra.op = op if isinstance(op, str) and op else "by hand"
        extra.parents, extra.local_grads = parents, local_grads
        node._scope = state.scope
