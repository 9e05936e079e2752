"""The demos run, reach their targets, and go on where `dot` is missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from microbp.graph.faults import FAULTS

DEMOS = Path(__file__).parents[2] / "demos"
PICTURES = {
    *("paths.svg", "backward.svg", "gradient_graph.svg", "one_step.svg"),
    *(f"mistake_{name}.svg" for name in FAULTS),
    *("boundaries.png", "curves.png", "vanishing.png", "learning_rates.png"),
    *("explore.html", "playground.html"),
    *("graph.mmd", "graph.tex", "graph.json", "graph.py"),
    *("one_neuron.svg", "gradient_before_descent.svg", "xor.svg", "moons.png"),
    *("digits_folded.svg", "digits_one_neuron.svg", "descent_path.png"),
}
OF_MNIST = {"article_folded.svg", "article_one_neuron.svg"}


def run_all(folder, **environment):
    return subprocess.run(
        [sys.executable, str(DEMOS / "run_all.py"), "--quick"],
        cwd=folder,
        # Without the real digits here, none are to be downloaded.
        env={"MICROBP_DATA": str(folder), **os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.exe
@pytest.mark.slow
def test_all_demos_reach_their_targets_and_name_their_pictures(tmp_path):
    done = run_all(tmp_path)

    assert done.returncode == 0, done.stderr
    made = {path.name: path for path in (tmp_path / "out").iterdir()}
    assert made.keys() == PICTURES | (
        OF_MNIST if "MICROBP_DATA" in os.environ else set()
    )
    assert all(name in done.stdout.split("Open in a browser:")[1] for name in made)
    for path in made.values():
        if path.stem == "graph" or path.suffix == ".html":
            continue  # texts and pages, which have tests of their own
        start = path.read_bytes()[:400]
        assert (
            start.startswith(b"\x89PNG") or b"<svg" in start or b"DOCTYPE svg" in start
        )


@pytest.mark.slow
def test_without_dot_the_demos_train_and_say_what_to_install(tmp_path):
    done = run_all(tmp_path, PATH=str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert "graphviz" in done.stdout.lower()
    assert "Without pictures, for want of dot: one_neuron" in done.stdout
    rendered = {path.name for path in (tmp_path / "out").iterdir()}
    drawn = {name for name in rendered if not name.endswith(".gv")}
    assert {name for name in PICTURES if not name.endswith(".svg")} == drawn | {
        "descent_path.png"
    }


@pytest.mark.parametrize("path", sorted(DEMOS.glob("*.py")), ids=lambda p: p.name)
def test_every_demo_says_what_it_is_and_is_short(path):
    lines = path.read_text(encoding="utf-8").splitlines()

    assert lines[0].startswith('"""')
    assert len(lines) <= 80
