"""The chain rule of one neuron with a twist: every path, every step, every number.

The input x reaches the error on two paths, through the neuron and past it, so its
gradient is a sum of two products. `explain` writes them out, `trace` shows how
backpropagation collects them, and both agree with `backward` to the last bit.
"""

from pathlib import Path

from microbp import Value, draw, explain, grad, trace


def main(out: Path, quick: bool = False) -> list[Path]:
    x, w = Value(0.8, label="x"), Value(-0.5, label="w")
    b, t = Value(0.3, label="b"), Value(1.0, label="t")
    error = ((w * x + b).tanh() + x - t) ** 2  # x skips the neuron as well
    error.label = "E"
    error.backward()

    because = explain(error, wrt=x)
    print(because)
    assert because.gradient == x.grad

    steps = trace(error)
    print(steps)
    for value in (x, w, b, t):
        assert steps.gradient(value) == value.grad

    made = [out / name for name in ("paths.svg", "backward.svg", "gradient_graph.svg")]
    draw(error, highlight=x, title="How x reaches the error").render(
        outfile=made[0], cleanup=True
    )
    steps.animate(made[1])
    slope = grad(error, w)
    assert abs(slope.data - w.grad) < 1e-12
    draw(slope, title="The gradient is a graph too").render(
        outfile=made[2], cleanup=True
    )
    return made


if __name__ == "__main__":
    target = Path("out")
    target.mkdir(exist_ok=True)
    print("open", *main(target))
