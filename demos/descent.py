"""Backpropagation is not gradient descent: one finds the gradient, one uses it.

Two ways to get a gradient, two ways to use one. They combine freely, and all four
arrive at the same line through the data: y = 2x + 1.
"""

import sys
from pathlib import Path

from microbp import SGD, Adam, Value, draw, gradient_descent, plots
from microbp import sum as total

DATA = [(-1.0, -1.0), (0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]


def error(w: Value, b: Value) -> Value:
    return total([(w * x + b - y) ** 2 for x, y in DATA])


def by_backpropagation(w: Value, b: Value) -> None:
    """Compute the gradient by the chain rule: one walk, however many parameters."""
    w.grad = b.grad = 0.0
    error(w, b).backward()


def by_differences(w: Value, b: Value, h: float = 1e-6) -> None:
    """Compute the gradient without any chain rule: two errors for each parameter."""
    w.grad = (error(w + h, b).data - error(w - h, b).data) / (2 * h)
    b.grad = (error(w, b + h).data - error(w, b - h).data) / (2 * h)


def main(out: Path, quick: bool = False) -> list[Path]:
    for gradient in (by_backpropagation, by_differences):
        for use in (SGD(learning_rate=0.05), Adam(learning_rate=0.05)):
            w, b = Value(0.0, label="w"), Value(0.0, label="b")
            for _ in range(1000):
                gradient(w, b)  # backpropagation ends here: it has changed nothing
                use.step(
                    [w, b]
                )  # descent starts here: it never asks where grad is from
            name = type(use).__name__
            print(f"  {gradient.__name__:18} {name:4}  y = {w:.3f}x + {b:.3f}")
            assert abs(w.data - 2) + abs(b.data - 1) < 1e-3, (w, b)

    w, b = Value(0.0, label="w"), Value(0.0, label="b")
    x, y = DATA[2]
    one_error = (w * x + b - y) ** 2
    one_error.backward()
    path = out / "gradient_before_descent.svg"
    draw(one_error).render(outfile=path, cleanup=True)

    descent = gradient_descent(error, [-1.0, 4.0], learning_rate=0.05)
    print(descent)
    walked = out / "descent_path.png"
    plots.contours(error, descent).figure.savefig(walked, dpi=110)
    return [path, walked]


if __name__ == "__main__":
    target = Path("out")
    target.mkdir(exist_ok=True)
    print("open", *main(target, quick="--quick" in sys.argv))
