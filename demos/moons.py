"""Two moons: a network of 337 scalars learns a curved boundary.

Every one of the 337 parameters is a Value, and one step builds the whole graph of the
loss over 100 points. The target: all 100 points on their side.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import make_moons
from tqdm import trange

from microbp import MLP, Adam, no_grad
from microbp import sum as total


def main(out: Path, quick: bool = False) -> list[Path]:
    X, y = make_moons(n_samples=100, noise=0.1, random_state=1337)
    sides = 2.0 * y - 1.0  # -1 or 1
    model = MLP(2, [16, 16, 1], activation="relu", rng=1337)
    optimizer = Adam(learning_rate=0.05)
    losses: list[float] = []
    for _ in (bar := trange(80, desc="  moons", unit="step", disable=None)):
        scores = [model(row) for row in X]
        hinge = [(1.0 - s * side).relu() for s, side in zip(scores, sides, strict=True)]
        loss = total(hinge) / len(X)
        model.zero_grad()
        loss.backward()
        optimizer.step(model.parameters())
        right = np.mean(
            [(s.data > 0) == (t > 0) for s, t in zip(scores, sides, strict=True)]
        )
        losses.append(loss.data)
        bar.set_postfix(loss=f"{loss.data:.4f}", accuracy=f"{right:.0%}")
    assert right == 1.0, right
    path = out / "moons.png"
    picture(model, X, y, losses, 15 if quick else 60).savefig(path, dpi=110)
    return [path]


def picture(model: MLP, X: np.ndarray, y: np.ndarray, losses: list, n: int) -> Figure:
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    xs = np.linspace(X[:, 0].min() - 0.5, X[:, 0].max() + 0.5, n)
    ys = np.linspace(X[:, 1].min() - 0.5, X[:, 1].max() + 0.5, n)
    with no_grad():
        scores = np.array([[model([a, b]).data for a in xs] for b in ys])
    top = np.abs(scores).max()
    left.contourf(xs, ys, scores, 20, cmap="PuOr", vmin=-top, vmax=top, alpha=0.8)
    left.contour(xs, ys, scores, [0.0], colors="black", linewidths=1)
    for kind, marker, colour in ((0, "o", "#b35806"), (1, "^", "#542788")):
        left.scatter(*X[y == kind].T, c=colour, marker=marker, edgecolors="white")
    left.set(title="decision boundary", xlabel="x1", ylabel="x2")
    right.plot(losses, color="#542788")
    right.set(title="loss", xlabel="step", ylabel="mean hinge loss", ylim=(0, None))
    return figure


if __name__ == "__main__":
    target = Path("out")
    target.mkdir(exist_ok=True)
    print("open", *main(target, quick="--quick" in sys.argv))
