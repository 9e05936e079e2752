"""XOR: the smallest problem that one neuron cannot solve and three can.

No straight line separates (0,1) and (1,0) from (0,0) and (1,1). Two hidden neurons bend
the plane, and the third draws the line there. The target: all four points right.
"""

import sys
from pathlib import Path

from microbp import MLP, SGD, draw
from microbp import sum as total

POINTS = {(0.0, 0.0): 0.0, (0.0, 1.0): 1.0, (1.0, 0.0): 1.0, (1.0, 1.0): 0.0}


def main(out: Path, quick: bool = False) -> list[Path]:
    model = MLP(2, [2, 1], activation="tanh", output="sigmoid", rng=4)
    optimizer = SGD(learning_rate=0.5, momentum=0.9)

    for step in range(501):
        errors = [(model(point) - target) ** 2 for point, target in POINTS.items()]
        loss = total(errors)
        model.zero_grad()
        loss.backward()
        optimizer.step(model.parameters())
        if step % 100 == 0:
            print(f"  step {step:3d}  loss {loss.data:.4f}")

    for point, target in POINTS.items():
        answer = model(point).data
        print(f"  {point[0]:.0f} xor {point[1]:.0f} = {answer:.3f}")
        assert round(answer) == target, (point, answer)

    model.zero_grad()
    error = (model((0.0, 1.0)) - 1.0) ** 2
    error.backward()
    path = out / "xor.svg"
    draw(error).render(outfile=path, cleanup=True)
    return [path]


if __name__ == "__main__":
    target = Path("out")
    target.mkdir(exist_ok=True)
    print("open", *main(target, quick="--quick" in sys.argv))
