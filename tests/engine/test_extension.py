"""An operation from outside: known at once to everything that reads the table."""

import pytest

from tests.helpers import run_python

SCRIPT = """
import math, sys
import numpy as np
import microbp
from microbp import Value, explain, explore, grad, gradcheck, lift, placeholder, trace
from microbp import draw, from_json, to_json, to_latex, to_mermaid, to_python
from microbp.engine.functional import where

mish = microbp.operation(
    "mish",
    lambda x: x * microbp.tanh(microbp.softplus(x)),
    lambda out, x: microbp.tanh(microbp.softplus(x))
    + x * (1.0 - microbp.tanh(microbp.softplus(x)) ** 2.0) * microbp.sigmoid(x),
    note="D. Misra, Mish, 2019",
)
bend = microbp.operation(
    "bend",
    lambda x, y: where(x > y, x * y, x + y),
    lambda out, x, y: (where(x > y, y, 1.0), where(x > y, x, 1.0)),
    notation="{0} bend {1}",
)

def by_hand(x):
    return x * math.tanh(math.log1p(math.exp(x)))

for t in (-2.0, -0.3, 0.0, 0.7, 3.0):
    x = Value(t, label="x")
    y = mish(x)
    y.backward()
    assert math.isclose(y.data, by_hand(t), rel_tol=1e-14), t
    assert x.mish().data == y.data == microbp.mish(t)
    h = 1e-6
    slope = (by_hand(t + h) - by_hand(t - h)) / (2 * h)
    assert math.isclose(x.grad, slope, rel_tol=1e-7, abs_tol=1e-8), t
    assert gradcheck(mish, [t])
    second = (by_hand(t + 1e-4) - 2 * by_hand(t) + by_hand(t - 1e-4)) / 1e-8
    assert math.isclose(grad(grad(y, x), x).data, second, abs_tol=1e-5), t

points = np.linspace(-2, 2, 7)
assert np.allclose(microbp.mish(points), [by_hand(t) for t in points])
objects = np.array([Value(t) for t in points], dtype=object)
found = [v.data for v in microbp.mish(objects)]
assert np.allclose(found, [by_hand(t) for t in points])

p, w = placeholder("p"), Value(0.5, label="w")
program = lift(bend(mish(w * p), p), inputs=[p])
losses, gradients = [], []
for t in points:
    v = Value(0.5)
    loss = bend(mish(v * float(t)), float(t))
    loss.backward()
    losses.append(loss.data)
    gradients.append(v.grad)
assert np.allclose(program(points[:, None]), losses, rtol=1e-12)
mean, gradient = program.gradient(points[:, None])
assert math.isclose(gradient[0], np.mean(gradients), rel_tol=1e-12)

x, z = Value(0.4, label="x"), Value(1.5, label="z")
y = bend(mish(x), z) + bend(z, x)
y.label = "y"
y.backward()
text = str(explain(y, wrt=x))
assert "mish(x)" in text and " bend z" in text, text
assert "z bend x" in text and "which is x.grad" in text, text
there = {}
exec(to_python(y).replace("print(", "str("), there)
assert there["gradients"]["x"] == x.grad and there["gradients"]["z"] == z.grad
assert len(trace(y)) == 7
for show in (to_latex, to_mermaid):
    assert "mish" in show(y)
assert "bend" in draw(y).source
assert from_json(to_json(y)).grad == microbp.graph.Graph(y).grad
page = explore(y).html
assert '"mish/1"' in page and '"bend/2"' in page
print("all of it")
"""


@pytest.mark.parametrize("pure", [True, False])
def test_everything_knows_it_at_once(pure):
    assert "all of it\n" == run_python(SCRIPT, pure=pure)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('"tanh", lambda x: x, lambda out, x: 1.0', "by a new name"),
        ('"data", lambda x: x, lambda out, x: 1.0', "'data': Values have that name"),
        ('"not a name", lambda x: x, lambda out, x: 1.0', "'not a name'"),
        ("3, lambda x: x, lambda out, x: 1.0", "not 3"),
        ('"twice", lambda x, y: x, lambda out, x, y: 1.0', "gives 1 numbers"),
        ('"none", lambda: 1.0, lambda out: ()', "one operand at least"),
        ('"short", lambda x: x, lambda x: 1.0', "takes the result and the 1 operands"),
    ],
)
def test_what_is_no_operation_is_refused_and_leaves_nothing(arguments, message):
    script = f"""
import microbp
before = len(microbp.engine.operations.OPERATIONS)
try:
    microbp.operation({arguments})
except microbp.MicrobpError as error:
    print(type(error).__name__, error)
assert before == len(microbp.engine.operations.OPERATIONS)
"""
    said = run_python(script)

    assert said.startswith("ArgumentError")
    assert message in said
