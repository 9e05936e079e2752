"""Random graphs and damaged files by the hundred thousand: `make fuzz`, or this file.

    python tests/fuzz/run_all.py [--graphs N] [--mutations N] [--seed N]

A fault is printed with the seed that makes it again, and ends the run with code 1.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.fuzz import files, graphs


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--graphs", type=int, default=100_000)
    options.add_argument("--mutations", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args()
    faults = 0
    for name, check, count in (
        ("graphs", graphs.check, chosen.graphs),
        ("mutations", files.check, chosen.mutations),
    ):
        start = time.perf_counter()
        for k in range(count):
            seed = chosen.seed + k
            try:
                check(seed)
            except Exception as fault:  # whatever it is, it is a fault
                faults += 1
                kind = type(fault).__name__
                print(f"{name}, --seed {seed}: {kind}: {fault}", flush=True)
            if (k + 1) % 10_000 == 0:
                seconds = time.perf_counter() - start
                print(f"{k + 1:,} {name}, {faults} faults, {seconds:.0f} s", flush=True)
        print(f"{count:,} {name}: {faults} faults so far")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
