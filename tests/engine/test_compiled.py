"""The compiled engine and the plain one are equal to the last bit."""

import pytest

from tests.helpers import run_python

RUN = """
import math, random, sys
import microbp
from microbp import Value
from microbp.engine.backward import walk
from microbp.engine.operations import OPERATIONS

if sys.argv[1] != str(microbp.compiled):
    print("not compiled")
    raise SystemExit

SIGNS = {
    "+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y,
    "/": lambda x, y: x / y, "**": lambda x, y: x ** y, "neg": lambda x: -x,
}
SPECIAL = [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1e308, -1.0, 1000.0]

def step(rng, nodes):
    row = OPERATIONS[rng.choice(sorted(OPERATIONS))]
    recent = nodes[-8:]
    pick = lambda: rng.choice(recent if rng.random() < 0.7 else nodes)
    if row.name == "dot":
        n = rng.randint(1, 4)
        return microbp.dot([pick() for _ in range(n)], [pick() for _ in range(n)])
    if row.variadic:
        return getattr(microbp, row.name)([pick() for _ in range(rng.randint(1, 5))])
    operands = [pick() for _ in range(row.arity)]
    if row.arity > 1 and rng.random() < 0.3:  # a number beside a Value
        operands[rng.randrange(1, row.arity)] = rng.choice([2, 0.5, -3.0])
    make = SIGNS.get(row.name) or getattr(microbp, row.name)
    return make(*operands)

for seed in range(400):
    rng = random.Random(seed)
    nodes = [Value(rng.gauss(0.0, 2.0)) for _ in range(4)]
    if seed % 5 == 0:
        nodes.append(Value(rng.choice(SPECIAL)))
    for _ in range(30):
        nodes.append(step(rng, nodes))
    root = microbp.sum(nodes[-5:])
    root.backward()
    if seed % 2:
        root.backward()
    for node in walk([root]):
        numbers = [node.data, node.grad, *node.local_grads]
        print(seed, node.op, node.kind, *[x.hex() for x in numbers])
"""


def test_random_graphs_are_equal_bit_for_bit():
    compiled = run_python(RUN, True, pure=False).splitlines()
    if compiled == ["not compiled"]:
        pytest.skip("the engine is not compiled here")
    plain = run_python(RUN, False, pure=True).splitlines()

    assert len(plain) > 4_000
    assert plain == compiled
