"""A network that learns two moons, seen in every way: border, curves, layers, one step.

And one that cannot: eight layers of sigmoid, whose gradients vanish on the way back.
The target: all but two of the 200 points on the right side of the border.
"""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from microbp import (
    MLP,
    SGD,
    WeightHistory,
    binary_crossentropy,
    datasets,
    draw,
    plots,
)
from microbp.graph import Graph


def main(out: Path, quick: bool = False) -> list[Path]:
    X, y = datasets.moons(200, noise=0.1, rng=0)
    model = MLP(2, [16, 1], activation="tanh", output="sigmoid", rng=0)
    model.summary()
    model.compile(SGD(learning_rate=0.5, momentum=0.9), "binary_crossentropy")
    kept = WeightHistory()
    history = model.fit(X, y, epochs=60, seed=0, verbose=0, callbacks=[kept])
    right = ((model.predict(X)[:, 0] > 0.5) == y).sum()
    print(f"  {right} of {len(y)} points are right")
    assert right >= len(y) - 2, right

    plots.boundaries(model, kept, X, y)[0].figure.savefig(out / "boundaries.png")
    plots.curves(history).figure.savefig(out / "curves.png")

    deep = MLP(2, [12] * 8 + [1], activation="sigmoid", output="sigmoid", rng=0)
    losses = [
        binary_crossentropy(float(t), deep(row))
        for row, t in zip(X[:40], y[:40], strict=True)
    ]
    for loss in losses:
        loss.backward()
    ax = plots.histograms(losses, "gradients")
    ax.figure.savefig(out / "vanishing.png")
    print(f"  {', '.join(ax.findings)}: vanishing")
    assert ax.findings["mlp/layer 1"] == "vanishing"

    rates = [0.005, 0.02, 0.09, 0.11]
    plots.learning_rates(
        lambda a, b: a**2 + 10 * b**2, [2.0, 1.0], rates
    ).figure.savefig(out / "learning_rates.png")

    small = MLP(2, [2, 1], activation="tanh", rng=1)  # one step, number by number
    before = (small([0.5, -1.0]) - 1.0) ** 2
    before.label = "loss"
    before.backward()
    first = Graph(before)
    SGD(learning_rate=0.1).step(small.parameters())
    after = (small([0.5, -1.0]) - 1.0) ** 2
    after.label = "loss"
    assert after.data < before.data
    step = out / "one_step.svg"
    draw(after, before=first, title="What one step changed").render(
        outfile=step, cleanup=True
    )
    names = ("boundaries.png", "curves.png", "vanishing.png", "learning_rates.png")
    return [*[out / name for name in names], step]


if __name__ == "__main__":
    target = Path("out")
    target.mkdir(exist_ok=True)
    print("open", *main(target))
