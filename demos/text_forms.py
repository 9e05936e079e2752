"""One graph as Mermaid, LaTeX, JSON and Python, and read back from them.

The Python script needs no microbp and computes the same values and gradients, to the
last bit; the JSON document comes back as a graph that is drawn and explained like any.
"""

import runpy
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from microbp import (
    MLP,
    explain,
    from_json,
    to_json,
    to_latex,
    to_mermaid,
    to_python,
)


def main(out: Path, quick: bool = False) -> list[Path]:
    model = MLP(2, [2, 1], activation="tanh", rng=0)
    loss = (model([0.5, -1.0]) - 1.0) ** 2
    loss.label = "loss"
    loss.backward()
    texts = {
        "graph.mmd": to_mermaid(loss),
        "graph.tex": to_latex(loss),
        "graph.json": to_json(loss),
        "graph.py": to_python(loss),
    }
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")
    print(texts["graph.py"][:420] + "...")

    with redirect_stdout(StringIO()):
        script = runpy.run_path(str(out / "graph.py"))
    assert script["values"]["loss"] == loss.data
    assert {p.grad for p in model.parameters()} <= set(script["gradients"].values())

    graph = from_json((out / "graph.json").read_text(encoding="utf-8"))
    print(explain(graph, wrt="x1"))
    assert graph.data[-1] == loss.data
    return [out / name for name in texts]


if __name__ == "__main__":
    target = Path("out")
    target.mkdir(exist_ok=True)
    print("open", *main(target))
