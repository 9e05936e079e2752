"""Time epochs of the article's network, 784-64-64-10, batch 32, in one framework.

Data of MNIST's shape and sparsity, drawn from a seed: speed does not depend on what the
pictures show. Argument: the framework, and how many epochs are timed after a first one.
Prints seconds an epoch, and the peak of memory beyond the data, as JSON.
"""

import json
import resource
import sys
from itertools import pairwise
from time import perf_counter

import numpy as np

N, INPUTS, HIDDEN, CLASSES, BATCH, RATE = 60_000, 784, 64, 10, 32, 0.01


def data():
    rng = np.random.default_rng(0)
    X = rng.random((N, INPUTS), np.float32)
    X[X > 0.19] = 0.0
    return X, rng.integers(0, CLASSES, N)


def microbp(X, y):
    from microbp import MLP, SGD

    model = MLP(INPUTS, [HIDDEN, HIDDEN, CLASSES], output="softmax", rng=0)
    model.compile(SGD(learning_rate=RATE), "sparse_categorical_crossentropy")

    def run(epochs):
        times = []
        start = perf_counter()

        from microbp import Callback

        class Clock(Callback):
            def on_epoch_end(self, epoch, logs):
                nonlocal start
                times.append(perf_counter() - start)
                start = perf_counter()

        model.fit(X, y, epochs=epochs, batch_size=BATCH, verbose=0, callbacks=[Clock()])
        return times

    return run


def numpy(X, y):
    """Written by hand: every array is there beforehand, nothing is done twice."""
    from threadpoolctl import threadpool_limits

    rng = np.random.default_rng(0)
    sizes = [INPUTS, HIDDEN, HIDDEN, CLASSES]
    shapes = [s for m, n in pairwise(sizes) for s in ((m, n), (n,))]
    flat = np.empty(sum(map(np.prod, shapes)), np.float32)
    steps = np.empty_like(flat)
    (W1, b1, W2, b2, W3, b3), (d1, e1, d2, e2, d3, e3) = (
        [
            part.reshape(shape)
            for part, shape in zip(
                np.split(buffer, np.cumsum([*map(np.prod, shapes)])[:-1]),
                shapes,
                strict=True,
            )
        ]
        for buffer in (flat, steps)
    )
    for W in (W1, W2, W3):
        W[:] = rng.uniform(-1, 1, W.shape) * (6 / sum(W.shape)) ** 0.5
    for b in (b1, b2, b3):
        b[:] = 0.0
    T = np.eye(CLASSES, dtype=np.float32)[y]

    def new(*shape):
        return np.empty(shape, np.float32)

    x, t, z3, top = new(BATCH, INPUTS), new(BATCH, CLASSES), new(BATCH, CLASSES), None
    h1, h2, g1, g2 = (new(BATCH, HIDDEN) for _ in range(4))
    zero, on = np.zeros((BATCH, HIDDEN), np.float32), np.empty((BATCH, HIDDEN), bool)
    top, ones = new(BATCH, 1), np.ones(BATCH, np.float32)
    rate = np.float32(-RATE / BATCH)

    def step(chosen):
        np.take(X, chosen, 0, x, "clip")
        np.take(T, chosen, 0, t, "clip")
        np.dot(x, W1, h1)
        np.add(h1, b1, h1)
        np.maximum(h1, zero, out=h1)
        np.dot(h1, W2, h2)
        np.add(h2, b2, h2)
        np.maximum(h2, zero, out=h2)
        np.dot(h2, W3, z3)
        np.add(z3, b3, z3)
        np.maximum.reduce(z3, 1, None, top, True)
        np.subtract(z3, top, z3)
        np.exp(z3, z3)
        np.add.reduce(z3, 1, None, top, True)
        np.divide(z3, top, z3)
        np.subtract(z3, t, z3)
        np.multiply(z3, rate, z3)
        np.dot(h2.T, z3, d3)
        np.dot(ones, z3, e3)
        np.dot(z3, W3.T, g2)
        np.greater(h2, 0, on)
        np.multiply(g2, on, g2)
        np.dot(h1.T, g2, d2)
        np.dot(ones, g2, e2)
        np.dot(g2, W2.T, g1)
        np.greater(h1, 0, on)
        np.multiply(g1, on, g1)
        np.dot(x.T, g1, d1)
        np.dot(ones, g1, e1)
        np.add(flat, steps, flat)

    def epoch():
        order = rng.permutation(N)
        with threadpool_limits(1, "blas"):  # twice as fast as with two
            for start in range(0, N, BATCH):
                step(order[start : start + BATCH])

    return repeated(epoch)


def torch(X, y):
    import torch

    torch.set_num_threads(1)
    model = torch.nn.Sequential(
        *(torch.nn.Linear(INPUTS, HIDDEN), torch.nn.ReLU()),
        *(torch.nn.Linear(HIDDEN, HIDDEN), torch.nn.ReLU()),
        torch.nn.Linear(HIDDEN, CLASSES),
    )
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    loss = torch.nn.CrossEntropyLoss()
    X, y = torch.from_numpy(X), torch.from_numpy(y)

    def epoch():
        order = torch.randperm(N)
        for start in range(0, N, BATCH):
            chosen = order[start : start + BATCH]
            optimizer.zero_grad()
            loss(model(X[chosen]), y[chosen]).backward()
            optimizer.step()

    return repeated(epoch)


def jax(X, y):
    import jax
    import jax.numpy as jnp

    rng = np.random.default_rng(0)
    sizes = [INPUTS, HIDDEN, HIDDEN, CLASSES]
    weights = [
        (
            jnp.array(rng.uniform(-0.1, 0.1, (m, n)), jnp.float32),
            jnp.zeros(n, jnp.float32),
        )
        for m, n in pairwise(sizes)
    ]

    def loss(weights, x, t):
        for W, b in weights[:-1]:
            x = jax.nn.relu(x @ W + b)
        W, b = weights[-1]
        logs = jax.nn.log_softmax(x @ W + b)
        return -jnp.take_along_axis(logs, t[:, None], 1).mean()

    @jax.jit
    def step(weights, x, t):
        gradient = jax.grad(loss)(weights, x, t)
        return jax.tree.map(lambda w, g: w - RATE * g, weights, gradient)

    def epoch():
        nonlocal weights
        order = rng.permutation(N)
        for start in range(0, N, BATCH):
            chosen = order[start : start + BATCH]
            weights = step(weights, X[chosen], y[chosen])
        jax.block_until_ready(weights)

    return repeated(epoch)


def keras(X, y):
    import keras

    model = keras.Sequential(
        [
            keras.Input((INPUTS,)),
            keras.layers.Dense(HIDDEN, activation="relu"),
            keras.layers.Dense(HIDDEN, activation="relu"),
            keras.layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile(
        keras.optimizers.SGD(learning_rate=RATE), "sparse_categorical_crossentropy"
    )
    return repeated(lambda: model.fit(X, y, batch_size=BATCH, verbose=0))


def repeated(epoch):
    def run(epochs):
        times = []
        for _ in range(epochs):
            start = perf_counter()
            epoch()
            times.append(perf_counter() - start)
        return times

    return run


if __name__ == "__main__":
    name, epochs = sys.argv[1], int(sys.argv[2])
    X, y = data()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run = globals()[name](X, y)
    run(1)
    times = run(epochs)
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(json.dumps({"seconds": times, "megabytes": more}))
