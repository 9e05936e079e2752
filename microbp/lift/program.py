"""Program: what `lift` makes of a graph, and what users call."""

from __future__ import annotations

import numpy as np

from microbp.engine.value import Value
from microbp.errors import ArgumentTypeError, ShapeError
from microbp.graph import Graph


def lift(loss, inputs, parameters=None, *, outputs=(), dtype="float64"):
    return Program(loss, inputs, parameters, outputs, dtype)


class Program:
    def __init__(self, loss, inputs, parameters, outputs, dtype):
        self.single = isinstance(loss, Value)
        roots = [loss] if self.single else list(loss)
        self.dtype = np.dtype(dtype)
        self.inputs = tuple(inputs)
        graph = self.graph = Graph([*roots, *outputs])
        at = {n: v for v, n in graph._number.items()}
        if parameters is None:
            parameters = [
                at[i]
                for i, kind in enumerate(graph.kind)
                if kind in ("leaf", "parameter") and at[i] not in set(self.inputs)
            ]
        self.parameters = tuple(parameters)
        self.weights = np.array([p.data for p in self.parameters], self.dtype)
        self.n_out = len(roots)

    def _forward(self, X):
        X = np.asarray(X, self.dtype)
        if X.ndim != 2 or X.shape[1] != len(self.inputs):
            raise ShapeError(f"X is {X.shape}")
        g = self.graph
        v = [None] * len(g)
        num = g._number
        for j, x in enumerate(self.inputs):
            if x in num:
                v[num[x]] = X[:, j]
        for p, w in zip(self.parameters, self.weights):
            if p in num:
                v[num[p]] = np.full(len(X), w)
        with np.errstate(all="ignore"):
            for i in range(len(g)):
                if v[i] is None:
                    row = g.operation[i]
                    if row is None:
                        v[i] = np.full(len(X), g.data[i], self.dtype)
                    else:
                        v[i] = row.value(*[v[p] for p in g.parents[i]])
        self._v = v
        self.outputs = np.stack([v[r] for r in g.roots[self.n_out:]], 1) if g.roots[self.n_out:] else None
        return v

    def __call__(self, X):
        v = self._forward(X)
        r = [v[i] for i in self.graph.roots[: self.n_out]]
        return r[0] if self.single else np.stack(r, 1)

    def gradient(self, X):
        v = self._forward(X)
        g = self.graph
        G = [0.0] * len(g)
        n = len(v[g.roots[0]])
        G[g.roots[0]] = np.full(n, 1.0 / n)
        with np.errstate(all="ignore"):
            for i in reversed(range(len(g))):
                row = g.operation[i]
                if row is not None and not isinstance(G[i], float):
                    d = row.derivatives(v[i], *[v[p] for p in g.parents[i]])
                    for p, l in zip(g.parents[i], d):
                        G[p] = G[p] + G[i] * l
        out = np.zeros(len(self.parameters), self.dtype)
        for j, p in enumerate(self.parameters):
            if p in g._number:
                out[j] = np.sum(G[g._number[p]])
        return float(v[g.roots[0]].mean()), out

    def sync(self):
        for p, w in zip(self.parameters, self.weights.tolist()):
            p.data = w
