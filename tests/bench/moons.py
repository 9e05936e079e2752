"""Time one training step of micrograd's demo: two moons, MLP(2, [16, 16, 1]).

Hinge loss and L2, every point through the network one by one; forward, backward,
update, and the graph is freed. The model is written once, below, for any engine's
`Value`. Memory wears: nodes that were freed in one order and are reused in another lie
scattered after some dozen steps, so every round takes many steps. Prints mean seconds
a step as JSON. Options: the number of points, of steps a round and of rounds,
`--closures` for the closure engine too, one step a round because it is slow.
"""

import json
import sys
from itertools import pairwise
from time import perf_counter

import numpy as np
from timing import interleaved, own_copy, warm
from yardsticks import ClosureValue, TupleValue

from microbp import Value


def two_moons(points, rng):
    """Two half circles, noisy: inputs `(points, 2)` and labels -1 or 1, as lists."""
    turn = rng.uniform(0.0, np.pi, points)
    upper = np.arange(points) < points // 2
    x = np.where(upper, np.cos(turn), 1.0 - np.cos(turn))
    y = np.where(upper, np.sin(turn), 0.5 - np.sin(turn))
    inputs = np.stack([x, y], axis=1) + rng.normal(0.0, 0.1, (points, 2))
    return inputs.tolist(), np.where(upper, -1.0, 1.0).tolist()


def network(value, sizes, rng):
    """Layers of neurons; a neuron is its weights and, last, its bias."""
    return [
        [
            [value(w) for w in [*rng.uniform(-1, 1, n_in).tolist(), 0.0]]
            for _ in range(n)
        ]
        for n_in, n in pairwise(sizes)
    ]


def predict(layers, inputs):
    for layer in layers:
        outputs = []
        for *weights, bias in layer:
            total = bias
            for w, x in zip(weights, inputs, strict=True):
                total = total + w * x
            outputs.append(total if layer is layers[-1] else total.relu())
        inputs = outputs
    return inputs[0]


def loss_of(layers, value, inputs, labels):
    total = value(0.0)
    for row, label in zip(inputs, labels, strict=True):
        score = predict(layers, [value(x) for x in row])
        total = total + (1.0 + -label * score).relu()
    squares = value(0.0)
    for p in parameters(layers):
        squares = squares + p * p
    return total * (1.0 / len(labels)) + 1e-4 * squares


def parameters(layers):
    return [p for layer in layers for neuron in layer for p in neuron]


def engine(value, points, steps, losses):
    rng = np.random.default_rng(0)
    inputs, labels = two_moons(points, rng)
    layers = network(value, (2, 16, 16, 1), rng)
    forward = own_copy(loss_of)

    def step(points):
        start = perf_counter()
        loss = forward(layers, value, inputs[:points], labels[:points])
        middle = perf_counter()
        for p in parameters(layers):
            p.grad = 0.0
        loss.backward()
        for p in parameters(layers):
            p.data -= 0.5 * p.grad
        losses.append(loss.data)
        end = perf_counter()
        loss = None  # free the graph
        return np.array([middle - start, end - middle, perf_counter() - start])

    def task(points=points, steps=steps):
        means = sum(step(points) for _ in range(steps)) / steps
        return dict(zip(("forward", "backward", "step"), means.tolist(), strict=True))

    return warm(task, 2, 1)


if __name__ == "__main__":
    points, steps, rounds = map(int, sys.argv[1:4])
    losses = {"microbp": [], "tuple": [], "closure": []}
    tasks = {
        "microbp": engine(Value, points, steps, losses["microbp"]),
        "tuple": engine(TupleValue, points, steps, losses["tuple"]),
    }
    if "--closures" in sys.argv:
        tasks["closure"] = engine(ClosureValue, points, 1, losses["closure"])
    times = interleaved(tasks, rounds)
    for name in tasks:
        together = zip(losses[name], losses["microbp"], strict=False)
        assert all(np.isclose(a, b, rtol=1e-9) for a, b in together), name
    print(json.dumps(times))
