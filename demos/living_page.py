"""The living page: one neuron to be changed by hand, and a network to be trained.

Both are single files: mail them, open them from a disk, in a browser without network.
"""

from pathlib import Path

from microbp import Value, explore, playground


def main(out: Path, quick: bool = False) -> list[Path]:
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b, t = Value(6.88, label="b"), Value(1.0, label="t")
    o = (x1 * w1 + x2 * w2 + b).tanh()
    error = (o - t) ** 2
    o.label, error.label = "o", "E"

    pages = [out / "explore.html", out / "playground.html"]
    explore(error, pages[0], title="One neuron and its error")
    playground(pages[1])
    for page in pages:
        size = page.stat().st_size
        print(f"  {page}: {size / 1024:.0f} KB, and nothing to load")
        assert size < 300_000
    return pages


if __name__ == "__main__":
    target = Path("out")
    target.mkdir(exist_ok=True)
    print("open", *main(target))
