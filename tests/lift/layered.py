"""Random graphs with the structure of networks: the same thing done many times.

Vectors of nodes go through matrices of weights, elementwise functions and products, in
several notations, with weights that are tied, shared or shuffled, and with samples that
are inputs, constants or several at once as in a loop over a batch.
"""

import random
from functools import partial

from tests.lift.graphs import CONSTANTS, Builder

UNARY = ["tanh", "relu", "sigmoid", "neg", "abs", "exp", "softplus", "cos", "silu"]
BINARY = ["+", "-", "*", "/", "maximum", "minimum"]


class Layered:
    """Makes the recipe of a seed."""

    def __init__(self, seed):
        rng = self.rng = random.Random(seed)
        n_inputs, n_parameters = rng.randint(0, 6), rng.randint(1, 24)
        batch = rng.choice([1, 3, 5])
        self.builder = Builder(
            [self._numbers(n_inputs) for _ in range(batch)],
            self._numbers(n_parameters),
            self._numbers(rng.choice([0, 0, 8])),
        )
        leaves = range(len(CONSTANTS), len(self.builder.free))
        inputs, rest = leaves[:n_inputs], leaves[n_inputs:]
        self.weights, frozen = list(rest[:n_parameters]), list(rest[n_parameters:])
        size = rng.randint(1, 4)
        self.vectors = [list(self.weights[: rng.randint(1, n_parameters)])]
        for data in (inputs, frozen):  # a loop over samples has several
            self.vectors += [
                list(data[i : i + size]) for i in range(0, len(data), size)
            ]
        for _ in range(rng.randint(1, 8)):
            self._grow()
        ends = [rng.choice(vector) for vector in self.vectors[-6:]]
        self._add("sum", ends + rng.choice([[], self.vectors[-1]]))
        outputs = [rng.randrange(len(self.builder.free)) for _ in range(2)]
        self.recipe = self.builder.recipe(len(self.builder.free) - 1, outputs)

    def _numbers(self, n):
        return [self.rng.uniform(-1.5, 1.5) for _ in range(n)]

    def _add(self, name, places):
        if self.builder.add_squashed(name, list(places)):
            return len(self.builder.free) - 1
        return self.rng.randrange(len(CONSTANTS), len(self.builder.free))

    def _grow(self):
        """Do something to one vector, or the same to all vectors of its length."""
        rng = self.rng
        chosen = rng.choice(self.vectors[-5:])
        alike = [v for v in self.vectors if len(v) == len(chosen)]
        targets = alike if rng.random() < 0.5 else [chosen]
        kind = rng.choice(["matrix", "matrix", "matrix", "each", "pairs", "sums"])
        if kind == "matrix":
            do = self._matrix(len(chosen))
        elif kind == "each":
            name = rng.choice(UNARY)
            do = partial(self._each, name)
        elif kind == "pairs":
            name, other = rng.choice(BINARY), rng.choice(alike)
            do = partial(self._pairs, name, other)
        else:
            name = rng.choice(["sum", "logsumexp"])
            do = partial(self._sum, name)
        self.vectors += [do(v) for v in targets[-4:]]

    def _each(self, name, v):
        return [self._add(name, [x]) for x in v]

    def _pairs(self, name, other, v):
        return [self._add(name, pair) for pair in zip(v, other, strict=True)]

    def _sum(self, name, v):
        return [self._add(name, v), *v[1:]]

    def _matrix(self, k):
        """A function of a vector: weights times it, written in one of several ways."""
        rng = self.rng
        n, start = rng.randint(1, 4), rng.randrange(len(self.weights))
        step = rng.choice([k, k, k + 1, 1, -1, 0])  # consecutive, apart, tied, one row
        rows = [
            [self._weight(start + i * step + j) for j in range(k)] for i in range(n)
        ]
        if rng.random() < 0.1:
            rows = [rng.sample(row, k) for row in rows]
        bias = rng.choice(["none", "none", "last", "next", "shared"])
        if bias == "next":
            rows = [[self._weight(start + i * (k + 1) + j) for j in range(k)]
                    for i in range(n)]  # fmt: skip
        scale = CONSTANTS.index(rng.choice([1.0, 1.0, 1.0, -1.0, 0.5]))
        written = rng.choice(["dot", "sum", "chain", "minus"])

        def product(v):
            return [one(i, row, v) for i, row in enumerate(rows)]

        def one(i, row, v):
            ends = []
            if bias == "last":
                ends = [self._weight(start + n * k + i)]
            elif bias == "next":
                ends = [self._weight(start + i * (k + 1) + k)]
            elif bias == "shared":
                ends = [self._weight(start + n * k)]
            if written == "dot":
                result = self._add("dot", [*row, *v])
                return self._add("+", [result, *ends]) if ends else result
            terms = [self._add("*", pair) for pair in zip(row, v, strict=True)]
            if written == "sum":
                return self._add("sum", terms + ends)
            result = self._add("*", [terms[0], scale])
            for term in terms[1:] + ends:
                result = self._add("-" if written == "minus" else "+", [result, term])
            return result

        return product

    def _weight(self, i):
        return self.weights[i % len(self.weights)]


def layered(seed):
    """The recipe of a seed."""
    return Layered(seed).recipe
