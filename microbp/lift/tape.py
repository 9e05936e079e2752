"""The first pass: a graph as columns of numbers, with every sum of many written out.

A row of the operation table that takes any number of operands (`dot`, `logsumexp`) is
run once on *symbols*, which note down what is done with them. So its elements become
nodes of their own, and the later passes, which look for the same thing done many times,
find arrays in them. `sum` needs no such treatment: it is a weighted sum already.

Map: `Tape` is the result; `Symbol` notes down; `Rule` is what an elementwise node does.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from microbp.engine.functional import where
from microbp.engine.operations import OPERATIONS
from microbp.errors import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from microbp.graph import Graph


class Rule(NamedTuple):
    """Value and local derivatives of an elementwise node, in elementary functions.

    Attributes:
        name: What it is called.
        value: The operands to the result.
        derivatives: The result and the operands to one derivative each.
    """

    name: str
    value: Callable[..., Any]
    derivatives: Callable[..., tuple[Any, ...]]


# What a row of many operands may do with its elements besides what has a row itself.
LARGEST = Rule("largest", lambda *x: x, lambda out, *x: (0.0,) * len(x))
CHOICES = {
    sign: Rule(
        f"where {sign}",
        lambda a, b, yes, no, holds=holds: where(holds(a, b), yes, no),
        lambda out, a, b, yes, no, holds=holds: (
            *(0.0, 0.0),
            *(where(holds(a, b), 1.0, 0.0), where(holds(a, b), 0.0, 1.0)),
        ),
    )
    for sign, holds in {
        "<": lambda a, b: a < b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        ">=": lambda a, b: a >= b,
    }.items()
}


class Tape:
    """Columns, one entry for each node, operands before results.

    Args:
        graph: The graph.

    Attributes:
        rules: The `Rule` of each node, None for leaves. Rows are shared: two nodes do
            the same if their rules are the same object.
        data: The numbers, `(n,)`; nan where they depend on a placeholder.
        start: `(n + 1,)`: the operands of node i are `operand[start[i]:start[i + 1]]`.
        operand: The numbers of the operands of all nodes, in order.
        number: For each node of the graph, its number here.
        place: For each node here the node of the graph that it is, or is part of.

    Raises:
        ArgumentError: A node was built by hand, and nobody knows its formula.
    """

    def __init__(self, graph: Graph) -> None:
        n = len(graph)
        self.rules: list[Rule | None] = [_rule(row) for row in graph.operation]
        self._numbers = list(graph.data)
        self.parents: list[Sequence[int]] = list(graph.parents)
        self._places = list(range(n))  # where in the order
        self.known: dict[float, int] = {}  # constants that were added
        for i, row in enumerate(graph.operation):
            if row is None:
                if graph.parents[i]:
                    raise ArgumentError(
                        f"{graph.names[i]!r} was built by hand as {graph.op[i]!r}, and "
                        "its formula is not known: write it with operations of Values"
                    )
            elif row.variadic and row.name != "sum":
                self._write_out(i, row.value)
        self._number(n)

    def add(self, rule: Rule | None, parents: Sequence[int], data: float) -> int:
        """A new node, placed before the one that is being written out."""
        self.rules.append(rule)
        self.parents.append(parents)
        self._numbers.append(data)
        self._places.append(self._current)
        return len(self.rules) - 1

    def constant(self, x: float) -> int:
        """The node of a constant."""
        if x not in self.known or x != x:
            self.known[x] = self.add(None, (), x)
            self._places[-1] = -1  # before all others
        return self.known[x]

    def _write_out(self, i: int, value: Callable[..., Any]) -> None:
        self._current = i
        result = value(*[Symbol(self, p) for p in self.parents[i]])
        same = _rule(OPERATIONS["sum"])
        self.rules[i] = same
        self.parents[i] = (symbol_of(result, self).node,)

    def _number(self, n: int) -> None:
        """Bring all into order: by place, and what is added before what it is for."""
        place = np.array(self._places)
        is_last = np.arange(len(place)) < n
        order = np.lexsort((np.arange(len(place)), is_last, place))
        number = np.empty_like(order)
        number[order] = np.arange(len(order))
        self.number = number[:n]
        # What stands for a node of the graph: itself, or what it is written out as.
        self.place = place[order].tolist()
        rules, parents = self.rules, self.parents
        if len(order) > n:
            rules = [rules[i] for i in order]
            parents = [parents[i] for i in order]
        self.rules = rules
        self.data = np.array(self._numbers, float)[order]
        sizes = np.fromiter(map(len, parents), int, len(parents))
        self.start = np.concatenate(([0], np.cumsum(sizes)))
        flat = np.fromiter(chain.from_iterable(parents), int, self.start[-1])
        self.operand = number[flat]


_rules: dict[Any, Rule] = {}


def _rule(row: Any) -> Rule | None:
    if row is None:
        return None
    if row not in _rules:
        _rules[row] = Rule(row.name, row.value, row.derivatives)
    return _rules[row]


class Symbol:
    """A node that stands in for a number: arithmetic with it adds nodes to the tape."""

    is_symbol = True

    def __init__(self, tape: Tape, node: int) -> None:
        self.tape, self.node = tape, node

    def _apply(self, name: str, *operands: Any) -> Symbol:
        symbols = [symbol_of(x, self.tape) for x in operands]
        rule = _rule(OPERATIONS[name])
        nodes = [symbol.node for symbol in symbols]
        return Symbol(self.tape, self.tape.add(rule, nodes, float("nan")))

    def largest(self, terms: Sequence[Any]) -> Symbol:
        """The shift of `functional.largest`, as one node."""
        nodes = [symbol_of(term, self.tape).node for term in terms]
        return Symbol(self.tape, self.tape.add(LARGEST, nodes, float("nan")))

    def __getattr__(self, name: str) -> Any:
        if name not in OPERATIONS:
            raise AttributeError(name)
        return lambda *others: self._apply(name, self, *others)

    def __abs__(self) -> Symbol:
        return self._apply("abs", self)

    def __neg__(self) -> Symbol:
        return self._apply("neg", self)


class Condition:
    """A comparison of symbols, waiting to choose."""

    def __init__(self, sign: str, a: Any, b: Any) -> None:
        self.sign, self.a, self.b = sign, a, b

    def where(self, yes: Any, no: Any) -> Symbol:
        """The node that chooses."""
        tape: Tape = self.a.tape
        each = [symbol_of(x, tape).node for x in (self.a, self.b, yes, no)]
        return Symbol(tape, tape.add(CHOICES[self.sign], each, float("nan")))


def symbol_of(x: Any, tape: Tape) -> Symbol:
    """The symbol itself, or that of a constant."""
    return x if isinstance(x, Symbol) else Symbol(tape, tape.constant(float(x)))


for _name, _sign in {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "pow": "**",
}.items():
    setattr(Symbol, f"__{_name}__", lambda x, y, sign=_sign: x._apply(sign, x, y))
    setattr(Symbol, f"__r{_name}__", lambda y, x, sign=_sign: y._apply(sign, x, y))
for _name, _sign in {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items():
    setattr(Symbol, f"__{_name}__", lambda a, b, sign=_sign: Condition(sign, a, b))
