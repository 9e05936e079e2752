"""Time a scalar loss as a lifted program and in CasADi; prints seconds as JSON.

Argument `moons`: 100 points through MLP(2, [16, 16, 1]) with hinge loss and L2, the
loss and all gradients; CasADi has the same graph for all points, in its virtual machine
and compiled by gcc -O3. Argument `build`: from a Python loop over scalars to a function
of loss and gradient, for the loss of one image in 784-64-64-10.
"""

import json
import sys
import tempfile
from itertools import pairwise
from statistics import median
from time import perf_counter

import casadi
import numpy as np

from microbp import MLP, lift, placeholder
from microbp import sum as sum_of
from microbp.train.crossentropy import categorical_crossentropy


def timed(function, repeats, calls=1):
    times = []
    for _ in range(repeats):
        start = perf_counter()
        for _ in range(calls):
            function()
        times.append((perf_counter() - start) / calls)
    return median(times)


def network(rows, x, relu):
    """The network of the parameters `rows[layer][neuron] = (*weights, bias)`."""
    for layer in rows:
        out = []
        for *weights, bias in layer:
            total = bias
            for w, v in zip(weights, x, strict=True):
                total = total + w * v
            out.append(total if layer is rows[-1] else relu(total))
        x = out
    return x


def in_rows(parameters, sizes):
    parameters = iter(parameters)
    return [
        [[next(parameters) for _ in range(m + 1)] for _ in range(n)]
        for m, n in pairwise(sizes)
    ]


def moons():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 2))
    y = np.where(X[:, 0] * X[:, 1] > 0, 1.0, -1.0)
    model = MLP(2, [16, 16, 1], rng=0)
    x, t = [placeholder("x1"), placeholder("x2")], placeholder("t")
    squares = sum_of([p * p for p in model.parameters()])
    loss = (1.0 - t * model(x)).relu() + 1e-4 * squares
    program = lift(loss, [*x, t], model.parameters())
    part = program.bound(100)
    part.inputs[:] = program.arranged(X, y[:, None])

    n = len(model.parameters())
    P = casadi.SX.sym("p", n)
    rows = in_rows([P[i] for i in range(n)], [2, 16, 16, 1])
    total = 0
    for row, label in zip(X.tolist(), y.tolist(), strict=True):
        (score,) = network(rows, row, lambda v: casadi.fmax(v, 0))
        total = total + casadi.fmax(1 - label * score, 0)
    E = total / 100 + 1e-4 * casadi.sumsqr(P)
    outputs = [E, casadi.gradient(E, P)]
    numbers = np.array([p.data for p in model.parameters()])
    machine = called(casadi.Function("f", [P], outputs), numbers)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = {"jit": True, "compiler": "shell"}
        options["jit_options"] = {"flags": ["-O3"], "directory": folder + "/"}
        one, q, u = [], casadi.SX.sym("q", 3), None
        (score,) = network(rows, [q[0], q[1]], lambda v: casadi.fmax(v, 0))
        u = casadi.fmax(1 - q[2] * score, 0)
        one = casadi.Function("g", [P, q], [u, casadi.gradient(u, P)], options)
        compiled = per_sample(one, numbers, np.column_stack([X, y]))
        part.run()
        mine, theirs = float(part.results[0].mean()), machine()
        assert abs(mine - theirs) < 1e-9, (mine, theirs)
        return {
            "microbp": timed(part.run, 21, 200),
            "casadi": timed(machine, 21, 20),
            "gcc": timed(compiled, 21, 20),
        }


def called(function, *arrays):
    """A call of a CasADi function on buffers, without copies."""
    buffer, trigger = function.buffer()
    results = [np.zeros(function.nnz_out(i)) for i in range(function.n_out())]
    for i, array in enumerate(arrays):
        buffer.set_arg(i, memoryview(np.ascontiguousarray(array)))
    for i, result in enumerate(results):
        buffer.set_res(i, memoryview(result))
    keep = (buffer, arrays, results)

    def call():
        trigger()
        return float(keep[2][0][0])

    return call


def per_sample(function, numbers, samples):
    """All samples, one call each, and their sum: what a compiled function needs."""
    calls = [called(function, numbers, row) for row in samples]
    return lambda: sum(call() for call in calls)


def build():
    sizes = [784, 64, 64, 10]
    model = MLP(784, sizes[1:], output="softmax", rng=0)
    parameters = model.parameters()

    def microbp():
        x = [placeholder() for _ in range(784)]
        t = [placeholder() for _ in range(10)]
        lift(categorical_crossentropy(t, model(x)), [*x, *t], parameters).bound(32)

    def by_casadi():
        n = len(parameters)
        P, q = casadi.SX.sym("p", n), casadi.SX.sym("q", 794)
        each = casadi.vertsplit(P)
        x = casadi.vertsplit(q)
        z = network(in_rows(each, sizes), x[:784], lambda v: casadi.fmax(v, 0))
        top = z[0]
        for v in z[1:]:
            top = casadi.fmax(top, v)
        shift = top + casadi.log(sum(casadi.exp(v - top) for v in z))
        E = sum(t * (shift - v) for t, v in zip(x[784:], z, strict=True))
        casadi.Function("f", [P, q], [E, casadi.gradient(E, P)])

    return {"microbp": timed(microbp, 5), "casadi": timed(by_casadi, 3)}


if __name__ == "__main__":
    print(json.dumps({"moons": moons, "build": build}[sys.argv[1]]()))
