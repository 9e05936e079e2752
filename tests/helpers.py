"""What several tests need: subprocesses, exact comparison, independent references.

Nothing here computes with microbp: the references are `math`, NumPy and finite
differences, so that they cannot share a mistake with what they check.
"""

import math
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]


def run_python(script, *arguments, pure=None, stack_kb=None, timeout=300):
    """Run a script in a new process, and return what it prints.

    `pure` chooses plain Python or the compiled engine; by default it is as here.
    `stack_kb` limits the C stack of the main thread.
    """
    environment = dict(os.environ)
    if pure is not None:
        environment["MICROBP_PURE"] = "1" if pure else "0"
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        preexec_fn=None if stack_kb is None else lambda: _limit_stack(stack_kb),
        capture_output=True,
        text=True,
        timeout=timeout,
    )

    assert 0 == done.returncode, (done.returncode, done.stderr[-2000:])
    return done.stdout


def _limit_stack(kilobytes):
    import resource

    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    resource.setrlimit(resource.RLIMIT_STACK, (kilobytes * 1024, hard))


def bits(numbers):
    """Floats written so that equal texts mean equal bits; a nan is a nan."""
    return [float(x).hex() for x in numbers]


def is_close(x, y, rel=1e-12, abs=0.0):
    """Equal up to rounding; nan equals nan."""
    if math.isnan(x) or math.isnan(y):
        return math.isnan(x) and math.isnan(y)
    return math.isclose(x, y, rel_tol=rel, abs_tol=abs)


# ---- references: each by another formula than microbp's, or by another library -------


def _gelu(x):
    return 0.5 * x * np.vectorize(math.erfc)(-x / math.sqrt(2.0))


def _clip(x, low, high):
    return np.clip(x, low, high) if low <= high else math.nan  # of no use: not tested


def _dot(*x):
    half = len(x) // 2
    return np.dot(np.array(x[:half]), np.array(x[half:]))


REFERENCE = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
    "neg": np.negative,
    "abs": np.abs,
    "sum": lambda *x: math.fsum(x),
    "dot": _dot,
    "logsumexp": lambda *x: np.logaddexp.reduce(x),
    "exp": np.exp,
    "log": np.log,
    "log1p": np.log1p,
    "expm1": np.expm1,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "erf": lambda x: 1.0 - math.erfc(x),
    "sigmoid": lambda x: 0.5 * (1.0 + np.tanh(0.5 * x)),
    "relu": lambda x: np.maximum(x, 0.0),
    "leaky_relu": lambda x, slope: np.where(x > 0, x, slope * x),
    "elu": lambda x, alpha: np.where(x > 0, x, alpha * (np.exp(x) - 1.0)),
    "softplus": lambda x: np.logaddexp(0.0, x),
    "silu": lambda x: x / (1.0 + np.exp(-x)),
    "gelu": _gelu,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "clip": _clip,
}

# Those of them that are NumPy's own, so that NumPy decides at infinities and zeros too.
NUMPY = {name: f for name, f in REFERENCE.items() if isinstance(f, np.ufunc)} | {
    "logsumexp": REFERENCE["logsumexp"]
}


def reference(name, x):
    """The value of an operation at floats, by other means than microbp's."""
    with np.errstate(all="ignore"):
        return float(REFERENCE[name](*map(np.float64, x)))


def central_difference(f, x, place, step=1e-5):
    """df/dx[place] by central differences of the fourth order; nan at a kink.

    At a kink, or where f changes too fast for the step, two steps disagree.
    """
    values = []
    for h in (step, step / 2):
        low, high = list(x), list(x)
        low[place] -= h
        high[place] += h
        values.append((f(high) - f(low)) / (high[place] - low[place]))
    wide, narrow = values
    if not math.isfinite(wide) or not is_close(wide, narrow, rel=1e-5, abs=1e-6):
        return math.nan
    return narrow + (narrow - wide) / 3.0


# ---- random graphs: programs of (operation, operands), run by floats or by Values ----


class Program:
    """A random graph as data, with numbers that stay tame.

    Node i < len(inputs) is an input; every later one is `steps[i - len(inputs)]`, an
    operation's name and the places of its operands. Operands repeat, so nodes fan out.
    """

    def __init__(self, seed, arities, n_inputs=4, n_steps=25):
        rng = random.Random(seed)
        self.inputs = [rng.uniform(-2.0, 2.0) for _ in range(n_inputs)]
        self.steps = []
        values = list(self.inputs)
        while len(self.steps) < n_steps:
            name = rng.choice(sorted(arities))
            count = arities[name] or 2 * rng.randint(1, 3)
            places = [rng.randrange(len(values)) for _ in range(count)]
            value = reference(name, [values[place] for place in places])
            if 0.01 < abs(value) < 20.0:
                self.steps.append((name, places))
                values.append(value)

    def nodes(self, inputs, compute):
        """All nodes, computed by `compute(name, operands)`; the last is the sum."""
        nodes = list(inputs)
        for name, places in self.steps:
            nodes.append(compute(name, [nodes[place] for place in places]))
        # Whatever no step uses would be lost: the root is a sum of the last few.
        nodes.append(compute("sum", nodes[-6:]))
        return nodes

    def __call__(self, inputs):
        return self.nodes(inputs, reference)[-1]

    def gradient(self):
        """By central differences; None where the point is near a kink."""
        n = len(self.inputs)
        result = [central_difference(self, self.inputs, i) for i in range(n)]
        return None if any(map(math.isnan, result)) else result


def reference_gradients(root):
    """Reverse mode in its smallest form: recursive, with dicts; by `id` of each node.

    Reads nothing of a node but `parents` and `local_grads`.
    """
    order, met = [], set()

    def visit(node):
        if id(node) not in met:
            met.add(id(node))
            for parent in node.parents:
                visit(parent)
            order.append(node)

    visit(root)
    gradients = {id(node): 0.0 for node in order} | {id(root): 1.0}
    for node in reversed(order):
        for parent, local in zip(node.parents, node.local_grads, strict=True):
            gradients[id(parent)] += gradients[id(node)] * local
    return {node: gradients[id(node)] for node in order}
