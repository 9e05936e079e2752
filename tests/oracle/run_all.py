"""Values and gradients beside PyTorch and JAX: `make oracle`, or this file.

Each operation at random points, and random graphs of those that all three define, in
double precision. What differs by more than 1e-12, beside the largest number of the
graph, is printed and ends the run with code 1. A library that is not installed is left
out, and it says so; `make oracle` installs both.
"""

import argparse
import math
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np

import microbp
from microbp import Value
from microbp.engine.operations import OPERATIONS
from microbp.engine.value import apply

LIMIT = 1e-12
POSITIVE = {"log", "sqrt", "**"}
SMALL = {"asin", "acos", "log1p"}


def in_torch():
    import torch
    from torch.nn import functional as F

    torch.set_default_dtype(torch.float64)
    table = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "**": lambda a, b: a**b,
        "neg": lambda a: -a,
        "sum": lambda *x: torch.stack(x).sum(),
        "dot": lambda *x: torch.dot(
            torch.stack(x[: len(x) // 2]), torch.stack(x[len(x) // 2 :])
        ),
        "logsumexp": lambda *x: torch.logsumexp(torch.stack(x), 0),
        "relu": F.relu,
        "leaky_relu": lambda x, a: torch.where(x > 0, x, a * x),
        "elu": lambda x, a: torch.where(x > 0, x, a * torch.expm1(x.clamp(max=0.0))),
        "softplus": F.softplus,
        "silu": F.silu,
        "gelu": F.gelu,
        "clip": lambda x, a, b: torch.minimum(torch.maximum(x, a), b),
    }
    for name in OPERATIONS:
        if name not in table:
            table[name] = getattr(torch, name)

    def run(numbers, compute):
        x = [torch.tensor(t, requires_grad=True) for t in numbers]
        y = compute(table, x)
        y.backward()
        return y.item(), [0.0 if t.grad is None else t.grad.item() for t in x]

    return f"PyTorch {torch.__version__}", run


def in_jax():
    import jax
    from jax import nn
    from jax import numpy as jnp
    from jax.scipy import special

    jax.config.update("jax_enable_x64", True)
    table = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
        "**": lambda a, b: a**b,
        "neg": lambda a: -a,
        "sum": lambda *x: jnp.stack(x).sum(),
        "dot": lambda *x: jnp.dot(
            jnp.stack(x[: len(x) // 2]), jnp.stack(x[len(x) // 2 :])
        ),
        "logsumexp": lambda *x: special.logsumexp(jnp.stack(x)),
        "asin": jnp.arcsin,
        "acos": jnp.arccos,
        "atan": jnp.arctan,
        "erf": special.erf,
        "sigmoid": nn.sigmoid,
        "relu": nn.relu,
        "leaky_relu": nn.leaky_relu,
        "elu": nn.elu,
        "softplus": nn.softplus,
        "silu": nn.silu,
        "gelu": lambda x: nn.gelu(x, approximate=False),
        "clip": jnp.clip,
    }
    for name in OPERATIONS:
        if name not in table:
            table[name] = getattr(jnp, name)

    def run(numbers, compute):
        f = lambda x: compute(table, list(x))  # noqa: E731 (one line says it)
        y, slopes = jax.value_and_grad(f)(jnp.array(numbers))
        return float(y), np.asarray(slopes).tolist()

    return f"JAX {jax.__version__}", run


def in_microbp():
    def of(name):
        if name == "dot":
            return lambda *x: microbp.dot(x[: len(x) // 2], x[len(x) // 2 :])
        if OPERATIONS[name].variadic:
            return lambda *x: getattr(microbp, name)(x)
        return lambda *x: apply(OPERATIONS[name], *x)

    table = {name: of(name) for name in OPERATIONS}

    def run(numbers, compute):
        x = [Value(t) for t in numbers]
        y = compute(table, x)
        y.backward()
        return y.data, [t.grad for t in x]

    return "microbp", run


def one_operation(name, rng):
    """The operation at a point inside its domain, away from kinks."""
    row = OPERATIONS[name]
    count = row.arity or 2 * rng.randint(1, 3)
    low, high = (0.1, 3.0) if name in POSITIVE else (-0.9, 0.9)
    if name not in POSITIVE | SMALL:
        low, high = -3.0, 3.0
    numbers = [rng.uniform(low, high) for _ in range(count)]
    if name == "clip":
        numbers[1:] = [-1.0, 1.5]
    return numbers, lambda table, x: table[name](*x)


def random_graph(rng):
    """A graph of tame operations: a step that leaves their range is bent back."""
    count = rng.randint(2, 5)
    numbers = [rng.uniform(-1.5, 1.5) for _ in range(count)]
    tame = sorted(set(OPERATIONS) - POSITIVE - SMALL - {"/", "tan", "clip", "exp"})
    steps, size = [], count
    for _ in range(rng.randint(2, 15)):
        name = rng.choice(tame)
        n = OPERATIONS[name].arity or 2 * rng.randint(1, 2)
        steps.append((name, [rng.randrange(size) for _ in range(n)]))
        size += 1

    def compute(table, x):
        nodes = list(x)
        for name, places in steps:
            nodes.append(table["tanh"](table[name](*[nodes[k] for k in places])))
        return table["sum"](*nodes[-3:])

    return numbers, compute


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--graphs", type=int, default=2000)
    options.add_argument("--points", type=int, default=50)
    chosen = options.parse_args()
    _, ours = in_microbp()
    others = []
    for make in (in_torch, in_jax):
        try:
            others.append(make())
        except ImportError as missing:
            print(f"left out: {missing}")
    faults = 0
    for title, theirs in others:
        worst, tried = 0.0, 0
        jobs = [
            (name, *one_operation(name, random.Random(1000 * k + len(name))))
            for name in OPERATIONS
            for k in range(chosen.points)
        ]
        graphs = chosen.graphs if "Torch" in title else chosen.graphs // 20
        jobs += [("graph", *random_graph(random.Random(k))) for k in range(graphs)]
        for name, numbers, compute in jobs:
            (a, slopes), (b, others_) = ours(numbers, compute), theirs(numbers, compute)
            scale = max([1.0, abs(a), *map(abs, slopes)])
            pairs = zip([a, *slopes], [b, *others_], strict=True)
            off = max(abs(x - y) for x, y in pairs) / scale
            worst, tried = max(worst, off), tried + 1
            if not off <= LIMIT or not math.isfinite(off):
                faults += 1
                print(f"{title}: {name} at {numbers} differs by {off:.1e}")
        print(f"{title}: {tried:,} compared, largest difference {worst:.1e}")
    return int(faults > 0 or not others)


if __name__ == "__main__":
    sys.exit(main())
