"""Random graphs as data, and the reference: a loop over samples with Values.

A `Recipe` says what to compute; it is run with placeholders or leaves to be lifted, and
with Values, sample by sample, to know what should come out. Its numbers are tame and
away from kinks, so that another order of additions changes them by rounding only.

The few private names of a program that tests read stand at the end of this file.
"""

import math
import operator
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

import microbp
from microbp import Value
from microbp.engine.operations import OPERATIONS

OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "neg": operator.neg,
    "abs": abs,
}
ARITHMETIC = ["+", "-", "*", "neg", "sum", "dot", "/", "**"]
CONSTANTS = [2.0, 0.5, -1.0, 3.0, 0.0, 1.0, -2.5, 0.4, 0.9]
POISON, MARK = 1e300, 1234.5678


def compute(name, operands):
    """The node that a user gets; plain numbers stay plain beside a Value."""
    if not any(isinstance(x, Value) for x in operands):
        operands = [Value(operands[0]), *operands[1:]]
    if name == "dot":
        half = len(operands) // 2
        return microbp.dot(operands[:half], operands[half:])
    if name in OPERATORS:
        return OPERATORS[name](*operands)
    if OPERATIONS[name].variadic:
        return getattr(microbp, name)(operands)
    return getattr(microbp, name)(*operands)


class Recipe(NamedTuple):
    """A graph as data.

    Places count constants, inputs, parameters and frozen leaves, then results.
    """

    samples: list
    parameters: list
    frozen: list
    steps: list
    loss: int
    outputs: list

    def nodes(self, inputs, parameters):
        nodes = [*CONSTANTS, *inputs, *parameters, *map(Value, self.frozen)]
        for name, places in self.steps:
            nodes.append(compute(name, [nodes[place] for place in places]))
        return nodes

    def leaves(self, inputs, parameters):
        """The loss and the outputs, Values."""
        nodes = self.nodes(inputs, parameters)
        return as_value(nodes[self.loss]), [as_value(nodes[i]) for i in self.outputs]

    def reference(self):
        """Losses, gradient of their mean, outputs, and how large terms of sums were."""
        losses, outputs = [], []
        gradient = np.zeros(len(self.parameters))
        scale = 0.0
        for sample in self.samples:
            parameters = list(map(Value, self.parameters))
            loss, others = self.leaves(map(Value, sample), parameters)
            loss.backward()
            losses.append(loss.data)
            outputs.append([node.data for node in others])
            gradient += [parameter.grad for parameter in parameters]
            scale = max(scale, largest_flow(loss))
        n = len(self.samples)
        outputs = np.array(outputs).reshape(n, len(self.outputs))
        return np.array(losses), gradient / n, outputs, scale


def as_value(x):
    return x if isinstance(x, Value) else Value(x)


def largest_flow(root):
    """The largest gradient there would be if no two contributions cancelled."""
    order = microbp.engine.backward.walk([root])
    flow = dict.fromkeys(order, 0.0) | {root: 1.0}
    for node in reversed(order):
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            if math.isfinite(local):
                flow[parent] += flow[node] * abs(local)
    return max(flow[node] * max(1.0, abs(node.data)) for node in order)


# ---- making recipes -----------------------------------------------------------------


class Builder:
    """Adds steps whose results stay tame for all samples."""

    def __init__(self, samples, parameters, frozen):
        self.samples, self.parameters, self.frozen = samples, parameters, frozen
        self.steps = []
        self.rows = [[*CONSTANTS, *sample, *parameters, *frozen] for sample in samples]
        self.n_leaves = len(self.rows[0]) - len(CONSTANTS)
        n_free = self.n_leaves - len(frozen)
        self.free = [False] * len(CONSTANTS) + [True] * n_free + [False] * len(frozen)

    def place(self, choice):
        """A constant for the largest choices, else counted from the newest node."""
        if choice >= 20:
            return (choice - 20) % len(CONSTANTS)
        n = len(self.free) - len(CONSTANTS)
        return len(self.free) - 1 - choice % n if n else choice % len(CONSTANTS)

    def add(self, name, places):
        """Add the step if its result is tame; say whether it was."""
        row = OPERATIONS[name]
        points = [[numbers[place] for place in places] for numbers in self.rows]
        if not all(self._is_tame(row, places, point) for point in points):
            return False
        for numbers, point in zip(self.rows, points, strict=True):
            numbers.append(row.evaluate(tuple(point))[0])
        self.steps.append((name, places))
        self.free.append(any(self.free[place] for place in places))
        return True

    def squash(self, place):
        """A node between 0.1 and 0.9, which is inside every domain."""
        self.add("sin", [place])
        self.add("*", [len(self.free) - 1, CONSTANTS.index(0.4)])
        self.add("+", [CONSTANTS.index(0.5), len(self.free) - 1])
        return len(self.free) - 1

    def add_squashed(self, name, places):
        """Add the step, with operands brought into the domain where need be."""
        if self.add(name, places):
            return True
        free = sorted({place for place in places if self.free[place]})
        inside = {place: self.squash(place) for place in free}
        return self.add(name, [inside.get(place, place) for place in places])

    def _is_tame(self, row, places, point):
        out, local = row.evaluate(tuple(point))
        free = [self.free[place] for place in places]
        if not abs(out) < 30.0:
            return False
        if any(use and not abs(d) < 30.0 for use, d in zip(free, local, strict=True)):
            return False
        for moved in {place for place in places if self.free[place]}:
            for step in (1e-6, -1e-6):
                near = [
                    x + step * (place == moved)
                    for x, place in zip(point, places, strict=True)
                ]
                slopes = row.evaluate(tuple(near))[1]
                for use, d, slope in zip(free, local, slopes, strict=True):
                    if use and not abs(d - slope) < 1e-2:
                        return False  # a kink
        return True

    def recipe(self, loss, outputs=()):
        return Recipe(
            self.samples, self.parameters, self.frozen, self.steps, loss, list(outputs)
        )


def n_operands(row, wide):
    return 2 * (1 + wide % 3) if row.variadic else row.arity


NUMBERS = st.integers(-16, 16).map(lambda i: i / 8 + 0.01)
CHOICES = st.integers(0, 28)
NAMES = st.one_of(
    st.sampled_from(ARITHMETIC), st.sampled_from(ARITHMETIC + sorted(OPERATIONS))
)
DRAFT = st.tuples(NAMES, st.lists(CHOICES, min_size=6, max_size=6), CHOICES)
SIZES = st.sampled_from([0, 1, 2, 3, 5, 8, 12, 16, 20, 25])  # not mostly small
DRAFTS = SIZES.flatmap(lambda n: st.lists(DRAFT, min_size=n, max_size=n))


@st.composite
def recipes(draw):
    """Recipes of all sizes, with fan-out, repeated operands, unused leaves."""
    batch, n_inputs = draw(st.sampled_from([1, 3, 5])), draw(st.integers(0, 3))
    row = st.lists(NUMBERS, min_size=n_inputs, max_size=n_inputs)
    builder = Builder(
        draw(st.lists(row, min_size=batch, max_size=batch)),
        draw(st.lists(NUMBERS, max_size=5)),
        draw(st.lists(NUMBERS, max_size=1)),
    )
    for name, choices, wide in draw(DRAFTS):
        count = n_operands(OPERATIONS[name], wide)
        places = [builder.place(choice) for choice in choices[:count]]
        builder.add_squashed(name, places)
    loss, *outputs = draw(st.lists(CHOICES, min_size=1, max_size=4))
    if loss % 4:  # or many nodes would be of no use
        builder.add("sum", [builder.place(i) for i in range(2 * loss)])
        loss = 0
    return builder.recipe(builder.place(loss), map(builder.place, outputs))


# ---- what is private of a program ---------------------------------------------------


def poison(program, X):
    """Spoil what an earlier backward pass left behind, where any pass writes at all.

    Rows to which no path leads from the loss stay zero by design.
    """
    arrays = [program._column_gradient, program.bound(len(X)).memory.rows_gradient]
    for array in arrays:
        array[:] = MARK
    program.gradient(X)
    for array in arrays:
        array[:] = np.where((array == MARK).all(1, keepdims=True), 0.0, POISON)


def blocks(program):
    return program._blocks.blocks


def products(program):
    """Of each matrix product its block's size, and the tables' shapes."""
    return [
        (len(block), *(table.rows.shape for table in run.factors))
        for block in blocks(program)
        for run in block.runs
        if run.is_product
    ]


def n_terms(program):
    """How many terms of sums there are that are in no matrix product."""
    return sum(
        run.factors[0].rows.size
        for block in blocks(program)
        for run in block.runs
        if not run.is_product
    )
