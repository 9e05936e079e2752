"""One random graph over every operation, checked by all means there are.

Map: `check` is all of it, for one seed.
"""

import math
import random

import numpy as np

import microbp
from microbp import Value, from_json, grad, jvp, lift, placeholder, to_json, to_python
from microbp.engine.operations import OPERATIONS
from microbp.engine.value import apply
from microbp.graph import Graph
from microbp.graph.paths import Paths
from microbp.graph.runs import backward_run
from tests.helpers import reference_gradients

NAMES = sorted(OPERATIONS)
SPECIAL = [0.0, -0.0, 1.0, -1.0, 5e-324, 1e308, math.inf, -math.inf, math.nan]


def recipe(rng):
    """Steps of a graph: operations with the places of their operands."""
    inputs = rng.randint(1, 4)
    steps, size = [], inputs
    for _ in range(rng.randint(1, 14)):
        name = rng.choice(NAMES)
        row = OPERATIONS[name]
        count = row.arity or 2 * rng.randint(1, 3)
        steps.append((name, [rng.randrange(size) for _ in range(count)]))
        size += 1
    return inputs, steps


def compute(inputs, steps):
    nodes = list(inputs)
    for name, places in steps:
        x = [nodes[place] for place in places]
        if name == "dot":
            nodes.append(microbp.dot(x[: len(x) // 2], x[len(x) // 2 :]))
        elif OPERATIONS[name].variadic:
            nodes.append(getattr(microbp, name)(x))
        else:
            nodes.append(apply(OPERATIONS[name], *x))
    return microbp.sum(nodes[-3:])


def same(a, b, rel=0.0):
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return a == b or math.isclose(a, b, rel_tol=rel, abs_tol=rel)


def check(seed):
    """Fail if any two ways to the same numbers differ."""
    rng = random.Random(seed)
    count, steps = recipe(rng)
    wild = rng.random() < 0.25
    numbers = [
        rng.choice(SPECIAL) if wild and rng.random() < 0.4 else rng.uniform(-2, 2)
        for _ in range(count)
    ]
    x = [Value(t, label=f"x{k}") for k, t in enumerate(numbers)]
    y = compute(x, steps)
    y.backward()
    graph = Graph(y)

    run = backward_run(graph)
    for value, i in graph.values():
        assert same(value.grad, run.gradients[i]), "the trace differs from backward"
    expected = reference_gradients(y)
    # Beside infinities and at 1e6-fold slopes a last bit decides, and libraries differ.
    tame = all(abs(t) < 1e6 for slopes in graph.local_grads for t in slopes) and all(
        math.isfinite(t) and abs(t) < 1e100
        for column in (graph.data, graph.grad, *graph.local_grads)
        for t in column
    )
    for value, gradient in expected.items():
        assert same(value.grad, gradient, 1e-9 if tame else 0.0) or not tame, "backward"

    there = {"print": lambda *line: None}
    exec(to_python(graph), there)
    used = [each for each in x if each in expected]
    for each in used:
        found = there["gradients"][each.label]
        assert same(each.grad, found), f"to_python: {each} {found}"

    read = from_json(to_json(graph))
    for column in ("data", "grad", "parents", "local_grads", "op", "kind"):
        assert repr(getattr(graph, column)) == repr(getattr(read, column)), column

    for each in used[:1]:
        paths = Paths(graph, graph.number(each), graph.roots[0])
        assert same(paths.gradient, each.grad, 1e-9 if tame else 0.0) or not tame
    if not tame:
        return
    slopes = grad(y, used)
    direction = [rng.uniform(-1, 1) for _ in used]
    for each, slope in zip(used, slopes, strict=True):
        assert same(each.grad, slope.data, 1e-9), "grad"
    along = math.fsum(v * each.grad for v, each in zip(direction, used, strict=True))
    size = math.fsum(
        abs(v * each.grad) for v, each in zip(direction, used, strict=True)
    )
    forward = jvp(y, used, direction).data
    scale = max([size, *map(abs, graph.grad), *map(abs, graph.data), 1.0])
    assert abs(along - forward) <= 1e-9 * scale, f"jvp: {along} {forward}"
    lifted(numbers, steps, y, x, scale, used)


def lifted(numbers, steps, y, x, scale, used):
    """A program of the graph gives its value and gradient."""
    inputs = [placeholder(f"p{k}") for k in range(len(numbers))]
    weights = [Value(1.0) for _ in numbers]
    pairs = zip(inputs, weights, strict=True)
    loss = compute([p * w for p, w in pairs], steps)
    program = lift(loss, inputs=inputs, parameters=weights)
    with np.errstate(all="ignore"):
        value, gradient = program.gradient(np.array([numbers]))
    assert abs(value - y.data) <= 1e-9 * scale, f"lift: {value} {y.data}"
    for found, each in zip(gradient, x, strict=True):
        expected = each.grad * each.data if each in used else 0.0
        assert abs(found - expected) <= 1e-8 * scale, f"lift: {found} {expected}"
