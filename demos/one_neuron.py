"""One neuron, drawn with every value, local derivative and gradient.

The neuron is o = tanh(x1*w1 + x2*w2 + b). Its weight w1 is negative and its bias makes
the sum 0.88, so that o is the square root of one half and every gradient is a number
one can check by hand: do/dx1 is (1 - o*o) * w1 = 0.5 * -3.
"""

import sys
from pathlib import Path

from microbp import Value, draw


def main(out: Path, quick: bool = False) -> list[Path]:
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    o = (x1 * w1 + x2 * w2 + b).tanh()
    o.label = "o"

    o.backward()

    for leaf in (x1, w1, x2, w2, b):
        print(f"  do/d{leaf.label} = {leaf.grad:+.4f}")
    assert abs(x1.grad - -1.5) < 1e-9, x1.grad

    path = out / "one_neuron.svg"
    draw(o).render(outfile=path, cleanup=True)
    return [path]


if __name__ == "__main__":
    target = Path("out")
    target.mkdir(exist_ok=True)
    print("open", *main(target, quick="--quick" in sys.argv))
