"""`to_python`: a graph as a plain script that computes every value and gradient again.

Value and local derivatives are printed from the rows of the operation table, so the
script computes what the engine computes, to the last bit.

Map: `to_python` is the whole; `_Script` writes it, node by node.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from microbp.graph import Graph
from microbp.graph.runs import check_numbers
from microbp.text.dialects import PYTHON, Form, write
from microbp.text.quoting import identifiers, visible
from microbp.text.symbols import Symbol, derivatives_of, symbol, value_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from microbp.text.dialects import Dialect


LONG = 100  # terms of a sum on one line
TAKEN = {
    *("math", "np", "largest", "values", "gradients", "name", "value", "gradient"),
    *("abs", "float", "max", "print"),
}
# Where Python's math raises an error, the engine gives what NumPy gives.
NUMPY_NAMES = {"asin": "arcsin", "acos": "arccos", "atan": "arctan"}
NUMPY = PYTHON._replace(
    name=lambda name: f"np.float64({name})",
    number=lambda x: f"np.float64({PYTHON.number(x)})",
    forms={
        **PYTHON.forms,
        "pow": Form("np.power({}, {})"),
        "erf": Form("math.erf({})"),
        **{old: Form(f"np.{new}({{}})") for old, new in NUMPY_NAMES.items()},
    },
    function="np.{name}({arguments})",
)
LARGEST = '''
def largest(*terms):
    """The largest term, a shift against overflow; 0 where that is infinite."""
    top = max(terms)
    return top if abs(top) < float("inf") else 0.0

'''


def to_python(v: Any) -> str:
    r"""The graph of a Value as a Python script that needs no microbp.

    Run, it computes each value and each gradient of the root and prints them; they are
    in its dictionaries `values` and `gradients`. Change a leaf in it and run it again.

    Args:
        v: The root: a Value, several, or a `Graph`.

    Raises:
        PlaceholderError: A number is not known yet.

    Example:
        >>> from microbp import Value, to_python
        >>> x = Value(3.0, label="x")
        >>> script = to_python((x * x).tanh())
        >>> print(*script.splitlines()[3:14], sep="\n")
        <BLANKLINE>
        # Leaves
        x = 3.0
        <BLANKLINE>
        # Forward: each result from its operands
        v1 = x * x
        v2 = math.tanh(v1)
        <BLANKLINE>
        # Backward: upstream gradient times local derivative, added up
        d_v2 = 1.0
        d_v1 = d_v2 * (1.0 - v2 * v2)
        >>> there = {}
        >>> exec(script, there)
        x: value 3.0, gradient 3.65519...e-07
        v1: value 9.0, gradient 6.09199...e-08
        v2: value 0.99999996..., gradient 1.0
    """
    graph = v if isinstance(v, Graph) else Graph(v)
    check_numbers(graph)
    return _Script(graph).text()


class _Script:
    """Writes the script of one graph."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.words = identifiers(graph.names, TAKEN)
        self.bearers = Counter(graph.names)
        slopes = identifiers([f"d_{word}" for word in self.words], self.words)
        self.slopes, self.temporaries = slopes, 0
        self.uses_numpy = self.uses_largest = False

    def text(self) -> str:
        graph = self.graph
        named = [i for i in range(len(graph)) if not self._is_bare(i)]
        leaves = [i for i in named if not graph.parents[i]]
        inner = [i for i in named if graph.parents[i]]
        lines = ["", "# Leaves"]
        lines += [f"{self.words[i]} = {_number(graph.data[i])}" for i in leaves]
        lines += ["", "# Forward: each result from its operands"]
        for i in inner:
            lines += self._forward(i)
        lines += ["", "# Backward: upstream gradient times local derivative, added up"]
        lines += self._backward(inner)
        lines += ["", "values = {"]
        lines += [f"    {self._key(i)}: {self.words[i]}," for i in named]
        lines += ["}", "gradients = {"]
        lines += [f"    {self._key(i)}: {self.slopes[i]}," for i in named]
        lines += [
            *("}", "for name in values:"),
            "    value, gradient = values[name], gradients[name]",
            '    print(f"{name}: value {value!r}, gradient {gradient!r}")',
        ]
        roots = ", ".join(self.words[i] for i in graph.roots)
        head = [
            f'"""Every value and every gradient of {roots}, by the chain rule."""',
            *("", "import math"),
            *["import numpy as np"] * self.uses_numpy,
            *["", 'np.seterr(all="ignore")  # log(0) is -inf'] * self.uses_numpy,
            *["", *LARGEST.splitlines()] * self.uses_largest,
        ]
        return "\n".join(head + lines) + "\n"

    def _key(self, i: int) -> str:
        """The name of a node as a key; the variable's where two have one name."""
        name = self.graph.names[i]
        return repr(visible(name) if self.bearers[name] == 1 else self.words[i])

    def _is_bare(self, i: int) -> bool:
        graph = self.graph
        bare = graph.kind[i] == "constant" and not graph.label[i]
        return bare and i not in graph.roots

    def _operands(self, i: int) -> list[Any]:
        return [
            self.graph.data[p] if self._is_bare(p) else symbol(self.words[p])
            for p in self.graph.parents[i]
        ]

    def _forward(self, i: int) -> list[str]:
        graph, row, word = self.graph, self.graph.operation[i], self.words[i]
        if row is None:
            note = f"{visible(graph.op[i])}, built by hand: its formula is not known"
            return [f"{word} = {_number(graph.data[i])}  # {note}"]
        numbers = [graph.data[p] for p in graph.parents[i]]
        plain = _is_plain(row.value, numbers)
        operands = self._symbols(i, plain)
        return self._assigned([f"{word} = "], [value_of(row, operands)], plain)

    def _backward(self, inner: Sequence[int]) -> list[str]:
        graph = self.graph
        lines = [f"{self.slopes[root]} = 1.0" for root in dict.fromkeys(graph.roots)]
        met = set(graph.roots)
        for i in reversed(inner):
            heads = []
            for p in graph.parents[i]:
                heads.append(f"{self.slopes[p]} {'+=' if p in met else '='} ")
                met.add(p)
            wanted = [not self._is_bare(p) for p in graph.parents[i]]
            lines += self._passed(i, heads, wanted)
        return lines

    def _passed(self, i: int, heads: list[str], wanted: list[bool]) -> list[str]:
        """What node i passes on to its operands."""
        graph, row = self.graph, self.graph.operation[i]
        upstream = symbol(self.slopes[i])
        plain = True
        if row is None:
            formulas: Sequence[Any] = graph.local_grads[i]
        else:
            numbers = [graph.data[i], *[graph.data[p] for p in graph.parents[i]]]
            plain = _is_plain(row.derivatives, numbers)
            out = symbol(self.words[i])
            formulas = derivatives_of(row, out, self._symbols(i, plain))
        kept = [k for k, is_wanted in enumerate(wanted) if is_wanted]
        products = [upstream * formulas[k] for k in kept]
        return self._assigned([heads[k] for k in kept], products, plain)

    def _symbols(self, i: int, plain: bool) -> list[Any]:
        """The operands of a node; for NumPy, constants are written out as well."""
        if plain:
            return self._operands(i)
        return [
            symbol(_number(self.graph.data[p]) if self._is_bare(p) else self.words[p])
            for p in self.graph.parents[i]
        ]

    def _assigned(
        self, heads: list[str], formulas: list[Any], plain: bool
    ) -> list[str]:
        """Lines that assign formulas, what they share computed once."""
        dialect = PYTHON if plain else NUMPY
        self.uses_numpy = self.uses_numpy or not plain
        shift = next(filter(None, map(_shift, formulas)), None)
        lines = []
        if shift is not None:  # all exponentials share it
            self.uses_largest = True
            self.temporaries += 1
            (top,) = identifiers([f"top{self.temporaries}"], self.words)
            terms = ", ".join(write(each, dialect) for each in shift.arguments)
            lines.append(f"{top} = largest({terms})")
            formulas = [_with_name(each, shift, symbol(top)) for each in formulas]
        for k, formula in enumerate(formulas):
            while (long := _long_sum(formula)) is not None:
                self.temporaries += 1
                (name,) = identifiers([f"total{self.temporaries}"], self.words)
                lines += _in_parts(name, long, dialect)
                formula = _with_name(formula, long, symbol(name))
            formulas[k] = formula
        for head, formula in zip(heads, formulas, strict=True):
            text = write(formula, dialect)
            lines.append(head + (text if plain else f"float({text})"))
        return lines


def _long_sum(formula: Any) -> Symbol | None:
    """A sum of more terms than Python can compile, if there is one in a formula."""
    if not isinstance(formula, Symbol) or formula.operation == "name":
        return None
    if formula.operation == "add" and len(formula.arguments) > LONG:
        return formula
    return next(filter(None, map(_long_sum, formula.arguments)), None)


def _in_parts(name: str, total: Symbol, dialect: Dialect) -> list[str]:
    """Lines that add terms up in the same order, so many at a time."""
    lines, terms = [], total.arguments
    for start in range(0, len(terms), LONG):
        part = terms[start : start + LONG]
        if start:
            part = (symbol(name), *part)
        lines.append(f"{name} = {write(Symbol('add', part), dialect)}")
    return lines


def _shift(formula: Any) -> Symbol | None:
    """The shift against overflow in a formula, if there is one."""
    if not isinstance(formula, Symbol) or formula.operation == "name":
        return None
    if formula.operation == "largest":
        return formula
    return next(filter(None, map(_shift, formula.arguments)), None)


def _with_name(formula: Any, part: Symbol, name: Symbol) -> Any:
    """The formula with a name in place of one of its parts."""
    if formula is part:
        return name
    if not isinstance(formula, Symbol) or formula.operation == "name":
        return formula
    arguments = [_with_name(each, part, name) for each in formula.arguments]
    return Symbol(formula.operation, tuple(arguments))


def _is_plain(function: Any, numbers: Sequence[float]) -> bool:
    """Does Python's math do, or is this outside the domain of a function?"""
    try:
        function(*numbers)
    except (ArithmeticError, ValueError):
        return False
    return True


def _number(x: float) -> str:
    return PYTHON.number(x)
