"""Backpropagation done wrong, in the four ways that everybody tries once.

Why `+=`? Why a topological sort? Why zero_grad? Each mistake runs beside the right
algorithm on the smallest graph that shows it, and the first wrong node is marked.
"""

from pathlib import Path

from microbp import Value, mistake, mistakes


def main(out: Path, quick: bool = False) -> list[Path]:
    made = []
    for one in mistakes():
        print(one, end="\n\n")
        assert one.first
        made.append(out / f"mistake_{one.fault.name}.svg")
        one.draw().render(outfile=made[-1], cleanup=True)

    # In an expression of one's own: x is used three times.
    x = Value(2.0, label="x")
    y = x * x + x
    y.label = "y"
    y.backward()
    wrong = mistake("overwrite", y)
    print(f"  y = x·x + x at 2: dy/dx is {x.grad}, with = instead of += it is", end=" ")
    print(wrong.wrong.gradients[wrong.graph.number(x)])
    assert x.grad == 5.0
    return made


if __name__ == "__main__":
    target = Path("out")
    target.mkdir(exist_ok=True)
    print("open", *main(target))
