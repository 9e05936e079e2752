"""Draws the pictures of docs/seeing.md, each by the lines that the page shows.

    python docs/make_pictures.py

Graph pictures need Graphviz's program `dot`, the others matplotlib.
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from microbp import (
    MLP,
    SGD,
    Value,
    WeightHistory,
    binary_crossentropy,
    datasets,
    draw,
    grad,
    gradient_descent,
    mistake,
    plots,
    trace,
)
from microbp.graph import Graph

HERE = Path(__file__).parent / "pictures"


def neuron():
    x, w = Value(0.8, label="x"), Value(-0.5, label="w")
    y = (w * x).tanh() + x
    y.label = "y"
    return x, w, y


def save(picture, name):
    picture.render(outfile=HERE / name, cleanup=True)


def graphs():
    x, w, y = neuron()
    trace(y).animate(HERE / "backward.svg")
    y.backward()
    save(draw(y, highlight=x), "paths.svg")
    save(draw(grad(y, x)), "gradient_graph.svg")
    save(mistake("recursion").draw(), "recursion.svg")
    before = Graph(y)
    w.data += 0.25
    save(draw((w * x).tanh() + x, before=before), "difference.svg")


def networks():
    model = MLP(2, [4, 4, 1], activation="tanh", rng=0)
    X, y = datasets.moons(30, rng=0)
    errors = [(model(row) - float(t)) ** 2 for row, t in zip(X, y, strict=True)]
    loss = sum(errors, Value(0.0)) / len(X)
    loss.label = "loss"
    loss.backward()
    save(draw(loss, fold="mlp", repeats="once"), "repeats.svg")
    out = model([0.5, -1.0])
    out.backward()
    save(
        draw(out, fold="neuron", layout="layers", show=["label", "data"]), "layers.svg"
    )


def training():
    X, y = datasets.moons(200, noise=0.1, rng=0)
    model = MLP(2, [16, 1], activation="tanh", output="sigmoid", rng=0)
    model.compile(SGD(learning_rate=0.5, momentum=0.9), "binary_crossentropy", ["acc"])
    kept = WeightHistory()
    split = {"validation_split": 0.2, "callbacks": [kept], "verbose": 0, "seed": 0}
    history = model.fit(X, y, epochs=40, **split)
    plot(plots.boundaries(model, kept, X, y)[0], "boundaries.png")
    plot(plots.curves(history), "curves.png")
    deep = MLP(2, [12] * 8 + [1], activation="sigmoid", output="sigmoid", rng=0)
    losses = [
        binary_crossentropy(float(t), deep(row))
        for row, t in zip(X[:40], y[:40], strict=True)
    ]
    for loss in losses:
        loss.backward()
    plot(plots.histograms(losses, "gradients"), "vanishing.png")

    def bowl(a, b):
        return a**2 + 10 * b**2

    plot(plots.learning_rates(bowl, [2.0, 1.0], [0.005, 0.02, 0.09, 0.11]), "rates.png")
    walk = gradient_descent(bowl, [2.0, 1.0], 0.09, max_steps=40)
    plot(plots.contours(bowl, walk), "descent.png")


def plot(ax, name):
    ax.figure.savefig(HERE / name, dpi=80)


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    graphs()
    networks()
    training()
