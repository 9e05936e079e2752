"""Run every demo and say which files to open.

    python demos/run_all.py [--quick]

Pictures of graphs need Graphviz's program `dot`. Without it the networks still train,
and each picture is left out with a word on how to get it.
"""

import sys
import time
from pathlib import Path

import article
import chain_rule
import descent
import digits
import living_page
import mistakes
import moons
import one_neuron
import text_forms
import training_seen
import xor

import microbp
from microbp.errors import DotNotFoundError

DEMOS = (
    *(one_neuron, chain_rule, mistakes, living_page, descent, text_forms),
    *(xor, moons, training_seen, digits, article),
)


def main(out: Path, quick: bool) -> None:
    out.mkdir(parents=True, exist_ok=True)
    print(
        "The engine is", "compiled." if microbp.compiled else "plain Python (slower)."
    )
    files, lacking = [], []
    for demo in DEMOS:
        title, _, _ = demo.__doc__.partition("\n")
        print(f"\n{title}")
        start = time.perf_counter()
        try:
            files += demo.main(out, quick)
        except DotNotFoundError as missing:
            lacking.append(demo.__name__)
            print(f"  No picture. {missing}")
        print(f"  {time.perf_counter() - start:.1f} s")
    print("\nOpen in a browser:", *files, sep="\n  ")
    if lacking:
        print("Without pictures, for want of dot:", ", ".join(lacking))


if __name__ == "__main__":
    main(Path("out"), "--quick" in sys.argv)
